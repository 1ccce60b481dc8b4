using GracefulHttp.TestKit.Peers;

namespace GracefulHttp.RealServers.Servers;

/// <summary><c>s_server -WWW</c>: files, one connection after the other, each closed after its answer.</summary>
internal sealed class OpenSsl : RealServer
{
    private const int Port = 8002;

    public override string Name => "OpenSSL s_server";

    protected override (string Tool, string VersionArgument) Program => ("openssl", "version");

    // It sends the files of the folder it is started in.
    public override ToolProcess Start(CertificateFiles files, int backendPort) => ToolProcess.Start(
        "env", "-C", WriteDocuments(files), ToolProcess.Require(Program.Tool),
        "s_server", "-quiet", "-WWW", "-accept", $"{Address}:{Port}", "-cert", files.Certificate, "-key", files.Key);

    /// <remarks>A method that it does not know is never answered.</remarks>
    public override IReadOnlyList<Endpoint> Endpoints(ToolProcess process) =>
        [new Endpoint("static, https", "https", false, Port) { Calls = 3, AtOnce = 1, LateMethod = "OPTIONS" }];
}
