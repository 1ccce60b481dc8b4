using GracefulHttp.TestKit.Peers;

namespace GracefulHttp.RealServers.Servers;

internal sealed class HAProxy : RealServer
{
    public override string Name => "HAProxy";

    public override bool NeedsBackend => true;

    protected override (string Tool, string VersionArgument) Program => ("haproxy", "-v");

    public override ToolProcess Start(CertificateFiles files, int backendPort)
    {
        string certificate = Path.Combine(files.Folder, "both.pem");
        File.WriteAllText(certificate, File.ReadAllText(files.Certificate) + "\n" + File.ReadAllText(files.Key) + "\n");
        string configuration = Path.Combine(files.Folder, "haproxy.cfg");
        File.WriteAllText(configuration, $"""
            global
                nbthread 1
            defaults
                mode http
                option http-no-delay
                timeout connect 10s
                timeout client 60s
                timeout server 60s
            frontend all
                bind {Address}:8001
                bind {Address}:8002 ssl crt {certificate} alpn http/1.1
                bind {Address}:8003 ssl crt {certificate} alpn h2
                default_backend slow
            backend slow
                server only 127.0.0.1:{backendPort}

            """);
        return ToolProcess.Start(Program.Tool, "-db", "-f", configuration);
    }

    public override IReadOnlyList<Endpoint> Endpoints(ToolProcess process) => [.. Protocols("proxy, ", 8001, hasHttp2: true)];
}
