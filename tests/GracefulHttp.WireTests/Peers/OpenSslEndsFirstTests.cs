using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.WireTests.Peers;

/// <summary>OpenSSL ends an idle connection, and the pool notices: when it would use it again, or when the scavenger looks at it.</summary>
public sealed class OpenSslEndsFirstTests : OpenSslPeerTest
{
    // A quarter of it is how often the scavenger looks.
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(4);

    /// <summary>The peer waits for our close_notify: an answer, although it draws nothing but the peer's FIN.</summary>
    [Theory]
    [MemberData(nameof(TlsVersionsAndBooleans))]
    public async Task Peer_SaysCloseNotifyWithoutFin_IsAnsweredWithCloseNotifyAndFin(Scheme scheme, bool nextRequestNotices)
    {
        await ServeAsync(scheme);
        HttpClient client = ConnectGraceful(handler => handler.PooledConnectionIdleTimeout = IdleTimeout);
        await client.GetStringAsync("/");

        await Peer.SayCloseNotifyAsync();
        await Peer.SaysAsync("said_close_notify");
        await NoticeAsync(client, nextRequestNotices);

        (await Peer.EndedAsync(await FirstPortAsync())).ShouldBe(["said_close_notify", "close_notify", "fin", "ended"]);
        await ShouldEndInPeaceAsync("←data →data →FIN ←FIN");
    }

    [Theory]
    [MemberData(nameof(TlsVersionsAndBooleans))]
    public async Task PlainClient_PeerSaysCloseNotifyWithoutFin_LeavesItUnanswered(Scheme scheme, bool nextRequestNotices)
    {
        await ServeAsync(scheme);
        HttpClient client = ConnectPlain(handler => handler.PooledConnectionIdleTimeout = IdleTimeout);
        await client.GetStringAsync("/");

        await Peer.SayCloseNotifyAsync();
        await Peer.SaysAsync("said_close_notify");
        await NoticeAsync(client, nextRequestNotices);

        (await Peer.EndedAsync(await FirstPortAsync())).ShouldBe(["said_close_notify", "ragged", "ended"]);
    }

    /// <summary>The peer's socket is gone: a close_notify would draw an RST from its kernel.</summary>
    [Theory]
    [MemberData(nameof(TlsVersionsAndBooleans))]
    public async Task Peer_ClosesAnIdleConnection_IsAnsweredWithFinOnly(Scheme scheme, bool nextRequestNotices)
    {
        await ServeAsync(scheme);
        HttpClient client = ConnectGraceful(handler => handler.PooledConnectionIdleTimeout = IdleTimeout);
        await client.GetStringAsync("/");

        await Peer.CloseAsync();
        await Recorder.WaitForAsync(recorder => recorder.FinsFromServer == 1);
        await Recorder.SettleAsync();
        await NoticeAsync(client, nextRequestNotices);

        await ShouldEndInPeaceAsync("←data ←FIN →FIN");
    }

    /// <summary>The opposite: what the library does not say.</summary>
    [Theory]
    [InlineData(Scheme.HttpsTls12)]
    [InlineData(Scheme.HttpsTls13)]
    public async Task SslStream_AnswersAClosedPeerWithCloseNotify_DrawsResetFromThePeer(Scheme scheme)
    {
        await ServeAsync(scheme);
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, Peer.Port);
        await using var tls = new SslStream(tcp.GetStream(), leaveInnerStreamOpen: false, TestCertificate.IsTrusted);
        await tls.AuthenticateAsClientAsync("localhost");
        await tls.WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        await tls.ReadAtLeastAsync(new byte[1024], "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".Length);

        await Peer.CloseAsync();
        await Recorder.WaitForAsync(recorder => recorder.FinsFromServer == 1);
        await Recorder.SettleAsync();
        await tls.ShutdownAsync();

        await Recorder.WaitForAsync(recorder => recorder.ResetsFromServer == 1);
        tcp.Client.Shutdown(SocketShutdown.Send);
    }

    private static async Task NoticeAsync(HttpClient client, bool byNextRequest)
    {
        if (byNextRequest)
        {
            // The pool looks at what is idle before it uses it.
            (await client.GetStringAsync("/")).ShouldBe("ok");
        }
    }
}
