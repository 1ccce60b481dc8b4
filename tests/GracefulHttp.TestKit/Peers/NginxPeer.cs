using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace GracefulHttp.TestKit.Peers;

/// <summary>nginx on loopback, which answers <c>/large</c> with <see cref="LargeBody"/> bytes, everything else with <c>ok</c>.</summary>
public sealed class NginxPeer : IAsyncDisposable
{
    /// <summary>More than a client reads ahead, less than it discards when it lingers.</summary>
    public const int LargeBody = 1024 * 1024;

    private const string Tool = "nginx";
    private const int Attempts = 5;

    private readonly CertificateFiles _files;
    private readonly ToolProcess _process;
    private readonly SslProtocols _tls;

    private NginxPeer(CertificateFiles files, ToolProcess process, SslProtocols tls, int port)
    {
        _files = files;
        _process = process;
        _tls = tls;
        Port = port;
    }

    public int Port { get; }

    public Uri BaseAddress => new($"{(_tls == SslProtocols.None ? "http" : "https")}://127.0.0.1:{Port}");

    public static bool IsAvailable(out string whyNot) => ToolProcess.IsAvailable(Tool, out whyNot);

    /// <param name="tls"><see cref="SslProtocols.None"/> for http, otherwise the one TLS version to speak.</param>
    /// <param name="keepAliveSeconds">After so long it closes an idle connection; with 0 after each response.</param>
    public static async Task<NginxPeer> StartAsync(SslProtocols tls, int keepAliveSeconds)
    {
        var files = new CertificateFiles();
        await File.WriteAllBytesAsync(Path.Combine(files.Folder, "large"), new byte[LargeBody]);
        for (int attempt = 1; ; attempt++)
        {
            int port = UnusedPort();
            string configuration = Path.Combine(files.Folder, "nginx.conf");
            await File.WriteAllTextAsync(configuration, Configuration(files, tls, port, keepAliveSeconds));
            var process = ToolProcess.Start(Tool, "-e", "stderr", "-p", files.Folder, "-c", configuration);
            try
            {
                // Its first notice, which names its version, comes when it listens.
                await process.WaitForLineAsync(line => line.Contains(" nginx/", StringComparison.Ordinal));
                return new NginxPeer(files, process, tls, port);
            }
            catch (InvalidOperationException) when (attempt < Attempts)
            {
                // Somebody else has taken the port in the meantime.
                await process.DisposeAsync();
            }
            catch
            {
                await process.DisposeAsync();
                files.Dispose();
                throw;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _files.Dispose();
    }

    public override string ToString() => _process.ToString();

    private static int UnusedPort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static string Configuration(CertificateFiles files, SslProtocols tls, int port, int keepAliveSeconds)
    {
        string ssl = tls == SslProtocols.None ? "" : $"""
            ssl_certificate {files.Certificate};
            ssl_certificate_key {files.Key};
            ssl_protocols {(tls == SslProtocols.Tls12 ? "TLSv1.2" : "TLSv1.3")};
            """;

        // One process, so that to end it is to end all of it, and so that it needs no other user.
        return string.Create(CultureInfo.InvariantCulture, $$"""
            daemon off;
            master_process off;
            pid {{files.Folder}}/nginx.pid;
            error_log stderr notice;
            events { }
            http {
                access_log off;
                client_body_temp_path {{files.Folder}}/body;
                proxy_temp_path {{files.Folder}}/proxy;
                fastcgi_temp_path {{files.Folder}}/fastcgi;
                uwsgi_temp_path {{files.Folder}}/uwsgi;
                scgi_temp_path {{files.Folder}}/scgi;
                keepalive_timeout {{keepAliveSeconds}}s;
                server {
                    listen 127.0.0.1:{{port}}{{(tls == SslProtocols.None ? "" : " ssl")}};
                    {{ssl}}
                    location = /large { root {{files.Folder}}; }
                    location / { return 200 "ok"; }
                }
            }
            """);
    }
}
