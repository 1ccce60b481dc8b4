namespace GracefulHttp.WireTests.Peers;

/// <summary>Whoever ends a connection, OpenSSL sees a close_notify before the FIN (RFC 9112 §9.8), unless it has ended first.</summary>
public sealed class OpenSslPeerTests : OpenSslPeerTest
{
    // The client's close_notify and FIN, then the peer's.
    private const string ClientFirst = "→data →FIN ←data ←FIN";

    [Theory]
    [MemberData(nameof(TlsVersionsAndHeldTargets))]
    public async Task Request_Cancelled_PeerSeesCloseNotify(Scheme scheme, string target)
    {
        await ServeAsync(scheme);

        await AbandonAsync(ConnectGraceful(), target);

        await Recorder.WaitForAsync(recorder => recorder.FinsFromClient == 1);
        await Peer.ReleaseAsync();
        (await Peer.EndedAsync(await FirstPortAsync())).ShouldBe(["held", "close_notify", "fin", "ended"]);
        await ShouldEndInPeaceAsync(ClientFirst);
    }

    [Theory]
    [MemberData(nameof(TlsVersionsAndHeldTargets))]
    public async Task PlainClient_Cancelled_PeerSeesRaggedEndAndTheLateAnswerDrawsReset(Scheme scheme, string target)
    {
        await ServeAsync(scheme);

        await AbandonAsync(ConnectPlain(), target);

        await Recorder.WaitForAsync(recorder => recorder.FinsFromClient == 1);
        await Peer.ReleaseAsync();
        await ShouldEndRaggedAsync();
        await Recorder.WaitForAsync(recorder => recorder.ResetsFromClient > 0);
    }

    [Theory]
    [InlineData(Scheme.HttpsTls12)]
    [InlineData(Scheme.HttpsTls13)]
    public async Task Client_DisposedWithAnIdleConnection_PeerSeesCloseNotify(Scheme scheme)
    {
        await ServeAsync(scheme);
        HttpClient client = ConnectGraceful();
        await client.GetStringAsync("/");

        client.Dispose();

        (await Peer.EndedAsync(await FirstPortAsync())).ShouldBe(["close_notify", "fin", "ended"]);
        await ShouldEndInPeaceAsync(ClientFirst);
    }

    [Theory]
    [InlineData(Scheme.HttpsTls12)]
    [InlineData(Scheme.HttpsTls13)]
    public async Task PlainClient_DisposedWithAnIdleConnection_PeerSeesRaggedEndAndIsReset(Scheme scheme)
    {
        await ServeAsync(scheme);
        HttpClient client = ConnectPlain();
        await client.GetStringAsync("/");

        client.Dispose();

        await ShouldEndRaggedAsync();
        await Recorder.WaitForAsync(recorder => recorder.ResetsFromClient > 0);
    }

    private async Task ShouldEndRaggedAsync()
    {
        IReadOnlyList<string> events = await Peer.EndedAsync(await FirstPortAsync());
        events.ShouldNotContain("close_notify");
        (events.Contains("ragged") || events.Contains("reset")).ShouldBeTrue(Peer.ToString());
    }
}
