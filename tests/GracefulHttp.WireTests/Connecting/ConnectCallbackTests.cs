using System.Net.Sockets;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.TestKit.Wire;
using GracefulHttp.WireTests.UsersStreams;
using Microsoft.Extensions.Logging;

namespace GracefulHttp.WireTests.Connecting;

/// <summary>The user's own <see cref="SocketsHttpHandler.ConnectCallback"/> makes the connections, and ours ends them.</summary>
public sealed class ConnectCallbackTests : WireTest
{
    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task NetworkStream_CallerLeaves_EndsInPeace(Scheme scheme, Phase phase)
    {
        Serve(scheme, phase.HeldScript(Held));
        WireClient client = Connect(Graceful(WithCallback(stream => stream), Logs));

        await client.AbandonAsync(Held, phase);

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
    }

    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task NetworkStreamOfPlainClient_CallerLeaves_SendsReset(Scheme scheme, Phase phase)
    {
        Serve(scheme, phase.HeldScript(Held));
        WireClient client = Connect(WithCallback(stream => stream));

        await client.AbandonAsync(Held, phase);
        await Recorder.WaitForAsync(recorder => recorder.FinsFromClient + recorder.ResetsFromClient > 0);
        Held.Release();

        await Recorder.WaitForAsync(recorder => recorder.ConnectionsResetByClient == 1);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task ForeignStream_ManyConnections_WorkAndAreLoggedOnce(Scheme scheme)
    {
        Serve(scheme, Phase.Headers.HeldScript(Held));
        using var logs = new RecordingLoggerFactory();
        WireClient client = Connect(Graceful(WithCallback(stream => new UsersStream(stream), maxConnections: 2), logs));

        Task<string> first = client.Http.GetStringAsync("/held");
        await Held.ArrivedAsync();
        (await client.Http.GetStringAsync("/next")).ShouldBe("ok");
        Held.Release();
        (await first.WithinAsync()).ShouldStartWith("x");

        Server.Connections.Count.ShouldBe(2);
        LogRecord warning = logs.Records.Where(record => record.Level >= LogLevel.Warning).ShouldHaveSingleItem();
        warning.Id.Name.ShouldBe("ForeignStream");
        warning.Message.ShouldContain(typeof(UsersStream).FullName!);
    }

    /// <summary>What a callback asks for itself, an address for example, says nothing of the request that waits for the connection.</summary>
    [Fact]
    public async Task Callback_SendsARequestOfItsOwn_IsNotTakenForTheOneThatWaits()
    {
        Serve(Scheme.Http, Phase.Headers.HeldScript(Held));
        using var discovery = new HttpClient(NewSocketsHandler().UseGracefulClose()) { BaseAddress = Server.BaseAddress };
        var connecting = new SyncPoint();
        SocketsHttpHandler sockets = NewSocketsHandler();
        sockets.ConnectCallback = async (context, token) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(context.DnsEndPoint, token);
            (await discovery.GetStringAsync("/next", token)).ShouldBe("ok");
            await connecting.ArriveAsync();
            return new NetworkStream(socket, ownsSocket: true);
        };
        WireClient client = Connect(Graceful(sockets, Logs));

        await client.AbandonAsync(connecting, (http, token) => http.GetAsync("/held", token), Task.CompletedTask);
        connecting.Release();

        await client.WaitForIdleAsync();
        Logs.AbandonOutcomes().ShouldBe(["not_sent"]);
        Server.RequestsReceived.ShouldBe(1, "the callback's");
    }

    /// <summary>The socket ends as that stream ends it; what is said inside of TLS is still ours.</summary>
    [Theory]
    [InlineData(Scheme.HttpsTls12, Phase.Headers)]
    [InlineData(Scheme.HttpsTls12, Phase.ContentLengthBody)]
    [InlineData(Scheme.HttpsTls13, Phase.Headers)]
    [InlineData(Scheme.HttpsTls13, Phase.ContentLengthBody)]
    public async Task ForeignStreamUnderTls_CallerLeaves_SaysCloseNotify(Scheme scheme, Phase phase)
    {
        (await WritesAfterLeavingAsync(graceful: false)).ShouldBe(0);
        (await WritesAfterLeavingAsync(graceful: true)).ShouldBe(1, "one record, and the request was out before");

        async Task<int> WritesAfterLeavingAsync(bool graceful)
        {
            var held = new SyncPoint();
            await using FinBlindServer server =
                FinBlindServer.Start(FinBlindScripts.ByTarget(("/held", phase.HeldScript(held))), scheme.Tls());
            await using SegmentRecorder recorder = SegmentRecorder.Start(server.Port);
            using var logs = new RecordingLoggerFactory();
            UsersStream? transport = null;
            SocketsHttpHandler sockets = WithCallback(stream => transport = new UsersStream(stream));
            await using var client = new WireClient(server.BaseAddress, graceful ? Graceful(sockets, logs) : sockets, recorder);
            int before = 0;

            await client.AbandonAsync(
                held,
                async (http, token) =>
                {
                    using HttpResponseMessage response = await http.GetAsync("/held", token);
                },
                BeforeLeavingAsync());

            await client.WaitForIdleAsync();
            await recorder.WaitForAsync(r => r.FinsFromClient + r.ResetsFromClient > 0);
            transport!.IsDisposed.ShouldBeTrue();
            held.Release();
            return transport.Writes - before;

            async Task BeforeLeavingAsync()
            {
                await held.ArrivedAsync();
                await recorder.SettleAsync();
                before = transport!.Writes;
            }
        }
    }

    [Theory]
    [InlineData(Scheme.HttpsTls12)]
    [InlineData(Scheme.HttpsTls13)]
    public async Task ForeignStreamUnderTls_ClientDisposed_SaysCloseNotify(Scheme scheme)
    {
        Serve(scheme, FinBlindScripts.Respond());
        using var logs = new RecordingLoggerFactory();
        WireClient client = Connect(Graceful(WithCallback(stream => new UsersStream(stream)), logs));
        await client.Http.GetStringAsync("/next");

        client.Http.Dispose();

        (await Server.Connections[0].Ended.WithinAsync()).ShouldBe(PeerEnding.CloseNotifyThenFin);
    }

    [Fact]
    public async Task Callback_Throws_ExceptionIsThePlainClients()
    {
        Serve(Scheme.Http, FinBlindScripts.Respond());
        var thrown = new InvalidTimeZoneException("of the user's");

        HttpRequestException plain = await FailAsync(Connect(Failing()));
        HttpRequestException graceful = await FailAsync(Connect(Failing().UseGracefulClose()));

        graceful.Message.ShouldBe(plain.Message);
        graceful.HttpRequestError.ShouldBe(plain.HttpRequestError);
        plain.InnerException.ShouldBeSameAs(thrown);
        graceful.InnerException.ShouldBeSameAs(thrown);
        Recorder.ConnectionsOpened.ShouldBe(0);

        SocketsHttpHandler Failing()
        {
            SocketsHttpHandler handler = NewSocketsHandler();
            handler.ConnectCallback = (_, _) => throw thrown;
            return handler;
        }

        static Task<HttpRequestException> FailAsync(WireClient client) =>
            Assert.ThrowsAsync<HttpRequestException>(() => client.Http.GetAsync("/next"));
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task UseGracefulClose_CalledTwiceAndBelowTheHandler_EndsTheConnectionOnce(Scheme scheme)
    {
        Serve(scheme, FinBlindScripts.Respond());
        using var meters = new TestMeterFactory();
        using var metrics = new MeterRecorder(GracefulHttpTelemetry.Name, meters);
        int connects = 0;
        SocketsHttpHandler sockets = WithCallback(stream =>
        {
            connects++;
            return stream;
        });
        sockets.MeterFactory = meters;
        sockets.UseGracefulClose(loggerFactory: Logs);
        (Delegate? connect, Delegate? filter) = (sockets.ConnectCallback, sockets.PlaintextStreamFilter);
        sockets.UseGracefulClose(loggerFactory: Logs);
        (sockets.ConnectCallback, sockets.PlaintextStreamFilter).ShouldBe((connect, filter));
        WireClient client = Connect(Graceful(sockets, Logs));
        (await client.Http.GetStringAsync("/next")).ShouldBe("ok");

        client.Http.Dispose();

        await ShouldEndInPeaceAsync(client, scheme);
        connects.ShouldBe(1);
        metrics.Measurements.Count(measurement => measurement.Instrument.Name == GracefulHttpTelemetry.ConnectionsClosed).ShouldBe(1);
        Logs.Records.Count(record => record.Id.Name == "ConnectionEnded").ShouldBe(1, Logs.ToString());
    }

    private static GracefulHttpHandler Graceful(SocketsHttpHandler sockets, RecordingLoggerFactory logs) =>
        new(new GracefulHttpOptions { Strategy = AbandonStrategy.Close }, sockets) { LoggerFactory = logs };

    private static SocketsHttpHandler WithCallback(Func<NetworkStream, Stream> wrap, int maxConnections = 1)
    {
        SocketsHttpHandler handler = NewSocketsHandler(maxConnections);
        handler.ResponseDrainTimeout = TimeSpan.Zero;
        handler.ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return wrap(new NetworkStream(socket, ownsSocket: true));
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        };
        return handler;
    }
}
