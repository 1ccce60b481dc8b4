using GracefulHttp.TestKit.Peers;

namespace GracefulHttp.RealServers.Servers;

/// <summary>http.server, bare and over ssl: blocking workers, which do not see a FIN.</summary>
internal sealed class Python : RealServer
{
    public override string Name => "Python";

    protected override (string Tool, string VersionArgument) Program => ("python3", "--version");

    public override ToolProcess Start(CertificateFiles files, int backendPort) =>
        ToolProcess.Start(Program.Tool, Source("server.py"), Address, files.Certificate, files.Key);

    public override IReadOnlyList<Endpoint> Endpoints(ToolProcess process) => [.. Protocols("", 8001, hasHttp2: false)];
}
