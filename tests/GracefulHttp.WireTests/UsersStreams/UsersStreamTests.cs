using System.Diagnostics.Metrics;
using System.Net.Sockets;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;

namespace GracefulHttp.WireTests.UsersStreams;

/// <summary>
/// Streams and listeners of the user's that forget tokens, block, or throw: the caller leaves all the same, and where the
/// socket is ours its FIN is sent.
/// </summary>
public sealed class UsersStreamTests : WireTest
{
    // Whoever waits for this waits past every deadline of a test.
    private static readonly GracefulCloseOptions LongLinger = new() { LingerTimeout = TimeSpan.FromDays(1) };

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Send_OverAForeignStream_ReleasesItsCaller(Scheme scheme)
    {
        Serve(scheme, Phase.Headers.HeldScript(Held));
        SocketsHttpHandler sockets = NewSocketsHandler();
        sockets.ConnectCallback = async (context, token) => new UsersStream(await ConnectAsync(context, token));
        WireClient client = Connect(sockets.UseGracefulClose(LongLinger));

        await AbandonSendAsync(client);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Send_Abandoned_EndsInPeace(Scheme scheme)
    {
        Serve(scheme, Phase.Headers.HeldScript(Held));
        WireClient client = Connect(NewSocketsHandler().UseGracefulClose());

        await AbandonSendAsync(client);

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
    }

    [Theory]
    [InlineData(Scheme.Http, false)]
    [InlineData(Scheme.HttpsTls12, false)]
    [InlineData(Scheme.HttpsTls13, false)]
    [InlineData(Scheme.Http, true)]
    [InlineData(Scheme.HttpsTls12, true)]
    [InlineData(Scheme.HttpsTls13, true)]
    public async Task Request_OverAFilterThatForgetsTokens_ReleasesItsCallerAndEndsInPeace(Scheme scheme, bool sync)
    {
        Serve(scheme, Phase.Headers.HeldScript(Held));
        SocketsHttpHandler sockets = NewSocketsHandler();
        sockets.PlaintextStreamFilter = (context, _) =>
            new ValueTask<Stream>(new UsersStream(context.PlaintextStream) { HandsTokensDown = false });
        WireClient client = Connect(sockets.UseGracefulClose(LongLinger));

        await (sync ? AbandonSendAsync(client) : client.AbandonAsync(Held, Phase.Headers));

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
    }

    /// <summary>As on a busy machine: the bytes are out, and the thread that wrote them has not come back when the caller leaves.</summary>
    [Theory]
    [InlineData(Scheme.HttpsTls12)]
    [InlineData(Scheme.HttpsTls13)]
    public async Task Request_WriteIsOutButHasNotReturned_EndsInPeace(Scheme scheme)
    {
        Serve(scheme, Phase.Headers.HeldScript(Held));
        SocketsHttpHandler sockets = NewSocketsHandler();
        sockets.PlaintextStreamFilter = (context, _) =>
            new ValueTask<Stream>(new UsersStream(context.PlaintextStream) { AfterWrite = UntilCancelledAsync });
        WireClient client = Connect(sockets.UseGracefulClose());

        await client.AbandonAsync(Held, Phase.Headers);

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Request_OverAForeignStreamThatForgetsTokens_ReleasesItsCaller(Scheme scheme)
    {
        Serve(scheme, Phase.Headers.HeldScript(Held));
        SocketsHttpHandler sockets = NewSocketsHandler();
        sockets.ConnectCallback = async (context, token) =>
            new UsersStream(await ConnectAsync(context, token)) { HandsTokensDown = false };
        WireClient client = Connect(sockets.UseGracefulClose(LongLinger));

        await client.AbandonAsync(Held, Phase.Headers);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Filter_ThrowsWhenDisposed_EndsInPeaceAndIsReported(Scheme scheme)
    {
        ExpectsReport = scheme != Scheme.Http;
        Serve(scheme, Phase.Headers.HeldScript(Held));
        SocketsHttpHandler sockets = NewSocketsHandler();
        sockets.PlaintextStreamFilter = (context, _) => new ValueTask<Stream>(
            scheme == Scheme.Http
                ? context.PlaintextStream
                : new UsersStream(context.PlaintextStream) { OnDispose = static () => throw new InvalidOperationException("not me") });
        WireClient client = Connect(sockets.UseGracefulClose(LongLinger, Logs));

        await client.AbandonAsync(Held, Phase.Headers);

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task MeterListener_Throws_EndsInPeaceAndIsReported(Scheme scheme)
    {
        ExpectsReport = true;
        Serve(scheme, Phase.Headers.HeldScript(Held));
        using var meters = new TestMeterFactory();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Scope == meters && instrument.Meter.Name == GracefulHttpTelemetry.Name)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>(static (_, _, _, _) => throw new InvalidOperationException("not me"));
        listener.Start();
        SocketsHttpHandler sockets = NewSocketsHandler();
        sockets.MeterFactory = meters;
        WireClient client = Connect(sockets.UseGracefulClose(LongLinger, Logs));

        await client.AbandonAsync(Held, Phase.Headers);

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
    }

    [Theory]
    [InlineData(Scheme.HttpsTls12)]
    [InlineData(Scheme.HttpsTls13)]
    public async Task MaxLingeringConnections_ZeroOverAForeignStreamThatBlocksInDispose_DoesNotBlockTheCanceller(Scheme scheme)
    {
        using var blocking = new ManualResetEventSlim();
        Serve(scheme, Phase.Headers.HeldScript(Held));
        SocketsHttpHandler sockets = NewSocketsHandler();
        sockets.ConnectCallback = async (context, token) =>
            new UsersStream(await ConnectAsync(context, token)) { OnDispose = blocking.Wait };
        WireClient client = Connect(sockets.UseGracefulClose(new GracefulCloseOptions { MaxLingeringConnections = 0 }));

        await client.AbandonAsync(Held, Phase.Headers).WithinAsync();

        Recorder.FinsFromClient.ShouldBe(0);
        blocking.Set();
        await Recorder.WaitForAsync(recorder => recorder.FinsFromClient + recorder.ResetsFromClient > 0);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Send_SocketHasAReceiveTimeout_EndsWithIt(Scheme scheme)
    {
        Serve(scheme, Phase.Headers.HeldScript(Held));
        SocketsHttpHandler sockets = NewSocketsHandler();
        sockets.ConnectCallback = async (context, token) =>
        {
            var stream = (NetworkStream)await ConnectAsync(context, token);
            stream.Socket.ReceiveTimeout = 100;
            return stream;
        };
        WireClient client = Connect(sockets.UseGracefulClose());

        using var request = new HttpRequestMessage(HttpMethod.Get, "/held");
        HttpRequestException e = await Assert.ThrowsAsync<HttpRequestException>(() => Task.Run(() => client.Http.Send(request)).WithinAsync());

        e.GetBaseException().ShouldBeOfType<SocketException>().SocketErrorCode.ShouldBe(SocketError.TimedOut);
        Held.IsReleased.ShouldBeFalse();
    }

    [Fact]
    public async Task ConnectCallback_ReturnsNull_IsToldAsWithoutUs()
    {
        Serve(Scheme.Http, Phase.Headers.HeldScript(Held));
        Exception[] thrown = new Exception[2];
        for (int i = 0; i < 2; i++)
        {
            SocketsHttpHandler sockets = NewSocketsHandler();
            sockets.ConnectCallback = static (_, _) => default;
            WireClient client = Connect(i == 0 ? sockets : sockets.UseGracefulClose());
            thrown[i] = await Assert.ThrowsAsync<HttpRequestException>(() => client.Http.GetStringAsync("/next"));
        }

        thrown[1].Message.ShouldBe(thrown[0].Message);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task ConnectCallback_ReturnsANonBlockingSocket_Works(Scheme scheme)
    {
        Serve(scheme, Phase.Headers.HeldScript(Held));
        SocketsHttpHandler sockets = NewSocketsHandler();
        sockets.ConnectCallback = async (context, token) =>
        {
            var stream = (NetworkStream)await ConnectAsync(context, token);
            stream.Socket.Blocking = false;
            return stream;
        };
        WireClient client = Connect(sockets.UseGracefulClose());

        (await client.Http.GetStringAsync("/next")).ShouldBe("ok");
    }

    private static async Task UntilCancelledAsync(CancellationToken token)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (token.Register(cancelled.SetResult))
        {
            await cancelled.Task.WithinAsync();
        }
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private Task<OperationCanceledException> AbandonSendAsync(WireClient client) => client.AbandonAsync(
        Held,
        (http, token) => Task.Run(
            () =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/held");
                http.Send(request, token).Dispose();
            },
            CancellationToken.None),
        begun: Task.CompletedTask);
}
