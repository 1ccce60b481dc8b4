using GracefulHttp.TestKit.Peers;

namespace GracefulHttp.RealServers.Servers;

/// <summary>Files, and a proxy that passes on what comes as it comes.</summary>
internal sealed class Nginx : RealServer
{
    public override string Name => "nginx";

    public override bool NeedsBackend => true;

    protected override (string Tool, string VersionArgument) Program => ("nginx", "-v");

    public override ToolProcess Start(CertificateFiles files, int backendPort)
    {
        string configuration = Path.Combine(files.Folder, "nginx.conf");
        File.WriteAllText(configuration, $$"""
            daemon off;
            master_process off;
            pid {{files.Folder}}/nginx.pid;
            error_log stderr warn;
            events { }
            http {
                access_log off;
                client_body_temp_path {{files.Folder}}/body;
                proxy_temp_path {{files.Folder}}/proxy;
                fastcgi_temp_path {{files.Folder}}/fastcgi;
                uwsgi_temp_path {{files.Folder}}/uwsgi;
                scgi_temp_path {{files.Folder}}/scgi;
                ssl_certificate {{files.Certificate}};
                ssl_certificate_key {{files.Key}};
                server {
                    listen {{Address}}:8001;
                    listen {{Address}}:8002 ssl;
                    listen {{Address}}:8003 ssl http2;
                    root {{WriteDocuments(files)}};
                }
                server {
                    listen {{Address}}:8011;
                    listen {{Address}}:8012 ssl;
                    listen {{Address}}:8013 ssl http2;
                    location / {
                        proxy_pass http://127.0.0.1:{{backendPort}};
                        proxy_http_version 1.1;
                        proxy_buffering off;
                        proxy_request_buffering off;
                    }
                }
            }
            """);
        return ToolProcess.Start(Program.Tool, "-e", "stderr", "-p", files.Folder, "-c", configuration);
    }

    public override IReadOnlyList<Endpoint> Endpoints(ToolProcess process) =>
    [
        .. Protocols("static, ", 8001, hasHttp2: true).Select(endpoint => endpoint with { StoppedProcess = process.Id }),
        .. Protocols("proxy, ", 8011, hasHttp2: true),
    ];
}
