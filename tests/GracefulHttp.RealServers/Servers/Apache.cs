using GracefulHttp.TestKit.Peers;

namespace GracefulHttp.RealServers.Servers;

/// <summary>The event MPM: files, and a proxy that passes on what comes as it comes.</summary>
internal sealed class Apache : RealServer
{
    private const string Modules = "/usr/lib/apache2/modules";

    // Who starts it as root must name somebody else, who then reads the files.
    private const UnixFileMode ReadableByAll = (UnixFileMode)0b111_101_101;

    public override string Name => "Apache httpd";

    public override bool NeedsBackend => true;

    protected override (string Tool, string VersionArgument) Program => ("apache2", "-v");

    public override ToolProcess Start(CertificateFiles files, int backendPort)
    {
        string documents = WriteDocuments(files);
        File.SetUnixFileMode(files.Folder, ReadableByAll);
        string configuration = Path.Combine(files.Folder, "apache.conf");
        File.WriteAllText(configuration, $"""
            ServerRoot "{files.Folder}"
            ServerName localhost
            DefaultRuntimeDir "{files.Folder}"
            PidFile "{files.Folder}/apache.pid"
            ErrorLog /dev/stderr
            LogLevel error
            User nobody
            Group nogroup

            LoadModule mpm_event_module {Modules}/mod_mpm_event.so
            LoadModule authz_core_module {Modules}/mod_authz_core.so
            LoadModule proxy_module {Modules}/mod_proxy.so
            LoadModule proxy_http_module {Modules}/mod_proxy_http.so
            LoadModule ssl_module {Modules}/mod_ssl.so

            ServerLimit 1
            ThreadsPerChild 64
            MaxRequestWorkers 64
            Listen {Address}:8001
            Listen {Address}:8002 https
            Listen {Address}:8011
            Listen {Address}:8012 https
            SSLCertificateFile "{files.Certificate}"
            SSLCertificateKeyFile "{files.Key}"
            DocumentRoot "{documents}"
            <VirtualHost {Address}:8002>
                SSLEngine on
            </VirtualHost>
            <VirtualHost {Address}:8011>
                ProxyPass "/" "http://127.0.0.1:{backendPort}/" flushpackets=on
            </VirtualHost>
            <VirtualHost {Address}:8012>
                SSLEngine on
                ProxyPass "/" "http://127.0.0.1:{backendPort}/" flushpackets=on
            </VirtualHost>
            """);
        return ToolProcess.Start(Program.Tool, "-f", configuration, "-X");
    }

    public override IReadOnlyList<Endpoint> Endpoints(ToolProcess process) =>
    [
        .. Protocols("static, ", 8001, hasHttp2: false).Select(endpoint => endpoint with { StoppedProcess = process.Id }),
        .. Protocols("proxy, ", 8011, hasHttp2: false),
    ];
}
