namespace GracefulHttp.WireTests.Peers;

/// <summary>The pool gives up a connection. Apart from the others, because the scavenger runs once a second only.</summary>
public sealed class OpenSslPoolTests : OpenSslPeerTest
{
    // A quarter of it is how often the scavenger looks.
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(4);

    public static MatrixTheoryData<Scheme, PoolEnding> TlsVersionsAndPoolEndings =>
        new([Scheme.HttpsTls12, Scheme.HttpsTls13], Enum.GetValues<PoolEnding>());

    [Theory]
    [MemberData(nameof(TlsVersionsAndPoolEndings))]
    public async Task Pool_EndsAConnection_PeerSeesCloseNotify(Scheme scheme, PoolEnding ending)
    {
        await ServeAsync(scheme);

        await ConnectGraceful(handler => Configure(handler, ending)).GetStringAsync("/");

        (await Peer.EndedAsync(await FirstPortAsync())).ShouldBe(["close_notify", "fin", "ended"]);
        await ShouldEndInPeaceAsync("→data →FIN ←data ←FIN");
    }

    [Theory]
    [MemberData(nameof(TlsVersionsAndPoolEndings))]
    public async Task PlainClient_PoolEndsAConnection_PeerSeesRaggedEndAndIsReset(Scheme scheme, PoolEnding ending)
    {
        await ServeAsync(scheme);

        await ConnectPlain(handler => Configure(handler, ending)).GetStringAsync("/");

        (await Peer.EndedAsync(await FirstPortAsync())).ShouldNotContain("close_notify");
        await Recorder.WaitForAsync(recorder => recorder.ResetsFromClient > 0);
    }

    private static void Configure(SocketsHttpHandler handler, PoolEnding ending)
    {
        handler.PooledConnectionIdleTimeout = ending == PoolEnding.IdleTimeout ? TimeSpan.FromMilliseconds(100) : IdleTimeout;
        handler.PooledConnectionLifetime = ending switch
        {
            PoolEnding.Lifetime => TimeSpan.FromMilliseconds(500),
            PoolEnding.NoLifetime => TimeSpan.Zero,
            _ => Timeout.InfiniteTimeSpan,
        };
    }
}
