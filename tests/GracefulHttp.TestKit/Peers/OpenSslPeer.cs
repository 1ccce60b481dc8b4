using System.Globalization;
using System.Security.Authentication;

namespace GracefulHttp.TestKit.Peers;

/// <summary>
/// An HTTP/1.1 server on OpenSSL, in Python, which says how its client ended each connection: <c>close_notify</c> then
/// <c>fin</c>, <c>ragged</c> (a FIN that no close_notify came before) or <c>reset</c>.
/// </summary>
/// <remarks>
/// <c>/headers</c> is held before its headers, <c>/body</c> in the middle of its body, <c>/silence</c> is never answered and
/// its connection never ended; everything else is answered <c>ok</c> at once.
/// </remarks>
public sealed class OpenSslPeer : IAsyncDisposable
{
    private const string Tool = "python3";
    private const string Listening = "listening ";

    private readonly CertificateFiles _files;
    private readonly ToolProcess _process;

    private OpenSslPeer(CertificateFiles files, ToolProcess process)
    {
        _files = files;
        _process = process;
    }

    public int Port { get; private set; }

    public Uri BaseAddress => new($"https://127.0.0.1:{Port}");

    public static bool IsAvailable(out string whyNot) => ToolProcess.IsAvailable(Tool, out whyNot);

    public static async Task<OpenSslPeer> StartAsync(SslProtocols tls)
    {
        using Stream resource = typeof(OpenSslPeer).Assembly.GetManifestResourceStream(typeof(OpenSslPeer), "openssl_peer.py")!;
        using var reader = new StreamReader(resource);
        string script = await reader.ReadToEndAsync();
        var files = new CertificateFiles();
        var process = ToolProcess.Start(Tool, "-c", script, files.Certificate, files.Key, tls == SslProtocols.Tls12 ? "1.2" : "1.3");
        var peer = new OpenSslPeer(files, process);
        try
        {
            string listening = await process.WaitForLineAsync(line => line.StartsWith(Listening, StringComparison.Ordinal));
            peer.Port = int.Parse(listening.AsSpan(Listening.Length), CultureInfo.InvariantCulture);
            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    /// <summary>What has been seen of the connection from a client's port, in order.</summary>
    public IReadOnlyList<string> Events(int clientPort) =>
        [.. _process.Lines.Select(line => line.Split(' ')).Where(words => words[0] == $"{clientPort}").Select(words => words[1])];

    /// <summary>Completes when the peer has said this of any connection.</summary>
    public Task SaysAsync(string what) => _process.WaitForLineAsync(line => line.EndsWith($" {what}", StringComparison.Ordinal));

    /// <summary>Completes when the peer has let go of this connection; what it has seen of it by then.</summary>
    public async Task<IReadOnlyList<string>> EndedAsync(int clientPort)
    {
        await _process.WaitForLineAsync(line => line == $"{clientPort} ended");
        return Events(clientPort);
    }

    /// <summary>Lets what is held go on.</summary>
    public Task ReleaseAsync() => _process.TellAsync("release\n");

    /// <summary>Says close_notify on every idle connection, and leaves the socket open.</summary>
    public Task SayCloseNotifyAsync() => _process.TellAsync("close_notify\n");

    /// <summary>Says close_notify on every idle connection, and closes the socket: from then on its kernel answers data with RST.</summary>
    public Task CloseAsync() => _process.TellAsync("close\n");

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _files.Dispose();
    }

    public override string ToString() => _process.ToString();
}
