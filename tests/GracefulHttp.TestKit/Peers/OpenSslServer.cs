using System.Globalization;
using System.Security.Authentication;

namespace GracefulHttp.TestKit.Peers;

/// <summary>
/// <c>openssl s_server</c> at the keyboard: what is written to it goes to the client, and single letters make the TLS session
/// change its keys or renegotiate. It speaks no HTTP; the test does.
/// </summary>
public sealed class OpenSslServer : IAsyncDisposable
{
    private const string Tool = "openssl";

    // It buffers what it prints, unless it is told otherwise.
    private const string Unbuffered = "stdbuf";
    private const string Accepting = "ACCEPT 127.0.0.1:";

    private readonly CertificateFiles _files;
    private readonly ToolProcess _process;

    private OpenSslServer(CertificateFiles files, ToolProcess process)
    {
        _files = files;
        _process = process;
    }

    public int Port { get; private set; }

    public Uri BaseAddress => new($"https://127.0.0.1:{Port}");

    public static bool IsAvailable(out string whyNot) =>
        ToolProcess.IsAvailable(Tool, out whyNot) && ToolProcess.IsAvailable(Unbuffered, out whyNot);

    public static async Task<OpenSslServer> StartAsync(SslProtocols tls)
    {
        var files = new CertificateFiles();
        var process = ToolProcess.Start(
            Unbuffered, "-oL", Tool, "s_server", "-accept", "127.0.0.1:0", "-cert", files.Certificate, "-key", files.Key,
            tls == SslProtocols.Tls12 ? "-tls1_2" : "-tls1_3");
        var server = new OpenSslServer(files, process);
        try
        {
            string accepting = await process.WaitForLineAsync(line => line.StartsWith(Accepting, StringComparison.Ordinal));
            server.Port = int.Parse(accepting.AsSpan(Accepting.Length), CultureInfo.InvariantCulture);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Completes when it has printed a line: what the client sent, or what has become of the session.</summary>
    public Task PrintsAsync(string line) => _process.WaitForLineAsync(printed => printed == line);

    /// <summary>Sends this to the client. No line of it may begin with a letter that is a command.</summary>
    public Task SendAsync(string text) => _process.TellAsync(text);

    /// <summary>
    /// Presses a key: <c>k</c> changes the server's keys, <c>K</c> both sides', <c>r</c> renegotiates. It counts only as the
    /// first of what is read at once, so the client must have received what was sent before.
    /// </summary>
    public Task PressAsync(char key) => _process.TellAsync($"{key}\n");

    /// <summary>Completes when the client has ended; true by close_notify, false by a FIN without or by an RST.</summary>
    public async Task<bool> EndedByCloseNotifyAsync()
    {
        await _process.WaitForLineAsync(line => line == "CONNECTION CLOSED");
        return _process.Lines.Contains("DONE");
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _files.Dispose();
    }

    public override string ToString() => _process.ToString();
}
