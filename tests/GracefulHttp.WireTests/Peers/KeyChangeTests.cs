using System.Text;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Peers;

namespace GracefulHttp.WireTests.Peers;

/// <summary>New keys (TLS 1.3) or a renegotiation (TLS 1.2) in the middle of a response: its connection still ends in peace.</summary>
public sealed class KeyChangeTests : PeerTest
{
    private const char UpdateOwnKeys = 'k';
    private const char UpdateBothKeys = 'K';
    private const char Renegotiate = 'r';

    // s_server ends its side as soon as it has read our close_notify, so that its end may cross our FIN.
    private static readonly string[] Endings =
        ["→data →FIN ←data ←FIN", "→data ←data →FIN ←FIN", "→data ←data ←FIN →FIN"];

    private OpenSslServer? _server;

    private OpenSslServer Server => _server ?? throw new InvalidOperationException("Serve first.");

    public static TheoryData<Scheme, char> KeyChanges => new()
    {
        { Scheme.HttpsTls13, UpdateOwnKeys },
        { Scheme.HttpsTls13, UpdateBothKeys },
        { Scheme.HttpsTls12, Renegotiate },
    };

    [Theory]
    [MemberData(nameof(KeyChanges))]
    public async Task Response_KeysChangeInItsMiddle_IsReadToItsEndAndItsConnectionEndsInPeace(Scheme scheme, char key)
    {
        await ServeAsync(scheme);
        HttpClient client = ConnectGraceful();

        await ReadWithKeyChangeAsync(client, key);
        client.Dispose();

        (await Server.EndedByCloseNotifyAsync()).ShouldBeTrue(Server.ToString());
        await ShouldEndInPeaceAsync(Endings);
    }

    [Theory]
    [MemberData(nameof(KeyChanges))]
    public async Task Response_CancelledAfterItsKeysHaveChanged_EndsItsConnectionInPeace(Scheme scheme, char key)
    {
        await ServeAsync(scheme);
        using var caller = new CancellationTokenSource();
        await using Stream body = await BeginAsync(ConnectGraceful(), "/");

        Task<string> rest = ReadAsync(body, 5, caller.Token);
        await ChangeKeysAsync(key);
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rest);
        (await Server.EndedByCloseNotifyAsync()).ShouldBeTrue(Server.ToString());
        await ShouldEndInPeaceAsync(Endings);
    }

    /// <summary>The opposite, and the measure: what it can do with such a peer, a graceful client can.</summary>
    [Theory]
    [MemberData(nameof(KeyChanges))]
    public async Task PlainClient_KeysChangeInTheMiddle_ReadsToTheEndAndSaysNoCloseNotify(Scheme scheme, char key)
    {
        await ServeAsync(scheme);
        HttpClient client = ConnectPlain();

        await ReadWithKeyChangeAsync(client, key);
        client.Dispose();

        (await Server.EndedByCloseNotifyAsync()).ShouldBeFalse(Server.ToString());
    }

    private async Task ReadWithKeyChangeAsync(HttpClient client, char key)
    {
        await using Stream body = await BeginAsync(client, "/");

        // Pending: it is a read that makes the client answer.
        Task<string> rest = ReadAsync(body, 5);
        await ChangeKeysAsync(key);
        await Server.SendAsync("world");
        (await rest).ShouldBe("world");

        // Keys that it was asked to change are changed before the next request, on the same connection.
        await using Stream next = await BeginAsync(client, "/next");
        await Server.SendAsync("again");
        (await ReadAsync(next, 5)).ShouldBe("again");
        Recorder.ConnectionsOpened.ShouldBe(1);
    }

    private async Task ChangeKeysAsync(char key)
    {
        await Recorder.SettleAsync();
        int port = await FirstPortAsync();
        string before = Recorder.Story(port);
        await Server.PressAsync(key);
        await Server.PrintsAsync("SSL_do_handshake -> 1");
        if (key == Renegotiate)
        {
            // That was its request. ClientHello, its answer, Finished; what is sent in between would break the handshake.
            await Recorder.WaitForAsync(recorder => recorder.Story(port) == $"{before} →data ←data →data");
        }

        await Recorder.SettleAsync();
    }

    private async Task ServeAsync(Scheme scheme)
    {
        Assert.SkipUnless(OpenSslServer.IsAvailable(out string whyNot), whyNot);
        _server = await OpenSslServer.StartAsync(scheme.Tls());
        Observe(_server, _server.BaseAddress);
    }

    /// <summary>A response of which the first half has been read.</summary>
    private async Task<Stream> BeginAsync(HttpClient client, string target)
    {
        Task<HttpResponseMessage> running = client.GetAsync(target, HttpCompletionOption.ResponseHeadersRead);
        await Server.PrintsAsync($"GET {target} HTTP/1.1");
        await Server.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
        HttpResponseMessage response = await running.WithinAsync();
        Stream body = await response.Content.ReadAsStreamAsync();
        (await ReadAsync(body, 5)).ShouldBe("hello");
        return body;
    }

    private static async Task<string> ReadAsync(Stream body, int length, CancellationToken cancellationToken = default)
    {
        byte[] buffer = new byte[length];
        await body.ReadExactlyAsync(buffer, cancellationToken).AsTask().WithinAsync();
        return Encoding.ASCII.GetString(buffer);
    }
}
