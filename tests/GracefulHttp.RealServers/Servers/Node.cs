using GracefulHttp.TestKit.Peers;

namespace GracefulHttp.RealServers.Servers;

internal sealed class Node : RealServer
{
    public override string Name => "Node";

    protected override (string Tool, string VersionArgument) Program => ("node", "--version");

    public override ToolProcess Start(CertificateFiles files, int backendPort) =>
        ToolProcess.Start(Program.Tool, Source("server.js"), Address, files.Certificate, files.Key);

    public override IReadOnlyList<Endpoint> Endpoints(ToolProcess process) => [.. Protocols("", 8001, hasHttp2: true)];
}
