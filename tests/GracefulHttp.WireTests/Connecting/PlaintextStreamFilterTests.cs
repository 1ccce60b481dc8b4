using GracefulHttp.TestKit.Servers;
using GracefulHttp.WireTests.UsersStreams;

namespace GracefulHttp.WireTests.Connecting;

/// <summary>The user's own <see cref="SocketsHttpHandler.PlaintextStreamFilter"/> is chained: it sees the plaintext, and the connection still ends in peace.</summary>
public sealed class PlaintextStreamFilterTests : WireTest
{
    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task WrappingStream_CallerLeaves_EndsInPeace(Scheme scheme, Phase phase)
    {
        Serve(scheme, phase.HeldScript(Held));
        UsersStream? filtered = null;
        WireClient client = Connect(Graceful(stream => filtered = new UsersStream(stream)));

        await client.AbandonAsync(Held, phase);

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
        filtered!.Reads.ShouldBePositive();
        filtered.Writes.ShouldBePositive();
        filtered.IsDisposed.ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task WrappingStream_ClientDisposed_EndsInPeace(Scheme scheme)
    {
        Serve(scheme, FinBlindScripts.Respond());
        WireClient client = Connect(Graceful(stream => new UsersStream(stream)));
        (await client.Http.GetStringAsync("/next")).ShouldBe("ok");

        client.Http.Dispose();

        await ShouldEndInPeaceAsync(client, scheme);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Filter_Given_SeesTheStreamsThatThePlainClientShowsIt(Scheme scheme)
    {
        Serve(scheme, FinBlindScripts.Respond());

        string plain = await SeenAsync(graceful: false);
        string graceful = await SeenAsync(graceful: true);

        // Over http the stream is the transport's, which ours derives from.
        graceful.ShouldBe(scheme == Scheme.Http ? plain.Replace("NetworkStream", "GracefulNetworkStream", StringComparison.Ordinal) : plain);

        async Task<string> SeenAsync(bool graceful)
        {
            string seen = "";
            SocketsHttpHandler sockets = NewSocketsHandler();
            sockets.PlaintextStreamFilter = (context, _) =>
            {
                seen += $"{context.PlaintextStream.GetType().Name} {context.NegotiatedHttpVersion} {context.InitialRequestMessage.RequestUri}";
                return ValueTask.FromResult(context.PlaintextStream);
            };
            WireClient client = Connect(graceful ? sockets.UseGracefulClose() : sockets);
            (await client.Http.GetStringAsync("/next")).ShouldBe("ok");
            return seen;
        }
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Filter_Throws_ExceptionIsThePlainClientsAndTheConnectionEnds(Scheme scheme)
    {
        Serve(scheme, FinBlindScripts.Respond());
        var thrown = new InvalidTimeZoneException("of the user's");

        HttpRequestException plain = await FailAsync(Connect(Failing()));
        HttpRequestException graceful = await FailAsync(Connect(Failing().UseGracefulClose()));

        graceful.Message.ShouldBe(plain.Message);
        graceful.HttpRequestError.ShouldBe(plain.HttpRequestError);
        plain.InnerException.ShouldBeSameAs(thrown);
        graceful.InnerException.ShouldBeSameAs(thrown);
        await Recorder.WaitForAsync(recorder => recorder.ConnectionsOpened == 2 && recorder.FinsFromClient == 2);

        SocketsHttpHandler Failing()
        {
            SocketsHttpHandler handler = NewSocketsHandler();
            handler.PlaintextStreamFilter = (_, _) => throw thrown;
            return handler;
        }

        static Task<HttpRequestException> FailAsync(WireClient client) =>
            Assert.ThrowsAsync<HttpRequestException>(() => client.Http.GetAsync("/next"));
    }

    private GracefulHttpHandler Graceful(Func<Stream, Stream> wrap)
    {
        SocketsHttpHandler sockets = NewSocketsHandlerWithoutDrain();
        sockets.PlaintextStreamFilter = (context, _) => ValueTask.FromResult(wrap(context.PlaintextStream));
        return new GracefulHttpHandler(new GracefulHttpOptions { Strategy = AbandonStrategy.Close }, sockets) { LoggerFactory = Logs };
    }
}
