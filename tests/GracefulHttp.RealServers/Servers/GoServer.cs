using System.Diagnostics;
using GracefulHttp.TestKit.Peers;

namespace GracefulHttp.RealServers.Servers;

internal sealed class GoServer : RealServer
{
    public override string Name => "Go";

    protected override (string Tool, string VersionArgument) Program => ("go", "version");

    public override ToolProcess Start(CertificateFiles files, int backendPort)
    {
        string program = Path.Combine(files.Folder, "server");
        var start = new ProcessStartInfo(ToolProcess.Require(Program.Tool), ["build", "-o", program, Source("server.go")]);
        start.Environment["GO111MODULE"] = "off";
        start.Environment["GOCACHE"] = Path.Combine(files.Folder, "cache");
        using Process build = Process.Start(start)!;
        build.WaitForExit();
        return build.ExitCode == 0
            ? ToolProcess.Start(program, Address, files.Certificate, files.Key)
            : throw new InvalidOperationException("go build has failed.");
    }

    public override IReadOnlyList<Endpoint> Endpoints(ToolProcess process) => [.. Protocols("", 8001, hasHttp2: true)];
}
