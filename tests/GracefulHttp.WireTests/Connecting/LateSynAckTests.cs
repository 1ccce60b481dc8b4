using System.Net.Sockets;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.TestKit.Time;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.WireTests.Connecting;

/// <summary>
/// A connection attempt is given up with its SYN on the wire. A socket that is closed then answers the late SYN-ACK with RST;
/// ours goes on in the background, and ends in peace what it gets.
/// </summary>
public sealed class LateSynAckTests : IAsyncLifetime
{
    // Long enough for the SYN to be out, also on a loaded machine. What comes after it waits for events.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromMilliseconds(500);

    private readonly RecordingLoggerFactory _logs = new();
    private readonly TestMeterFactory _meters = new();

    public ValueTask InitializeAsync()
    {
        Assert.SkipUnless(SegmentRecorder.IsAvailable(out string whyNot), whyNot);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _logs.Dispose();
        _meters.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task PlainClient_ConnectTimeoutRunsOut_AnswersTheLateSynAckWithReset()
    {
        using var peer = new HandmadePeer();
        await using SegmentRecorder recorder = SegmentRecorder.Start(peer.Port);
        using var client = new HttpClient(NewSocketsHandler());

        (await ConnectInVainAsync(client, peer.Port)).InnerException.ShouldBeOfType<TimeoutException>();
        peer.SendSynAck(Syn(recorder));

        await recorder.WaitForAsync(r => r.ResetsFromClient == 1);
    }

    [Fact]
    public async Task GracefulHttpHandler_ConnectTimeoutRunsOut_TakesTheLateSynAckAndSendsFin()
    {
        using var peer = new HandmadePeer();
        await using SegmentRecorder recorder = SegmentRecorder.Start(peer.Port);
        using GracefulHttpHandler handler = NewGracefulHandler();
        using var client = new HttpClient(handler);
        using var metrics = new MeterRecorder(GracefulHttpTelemetry.Name, _meters);

        (await ConnectInVainAsync(client, peer.Port)).InnerException.ShouldBeOfType<TimeoutException>();
        await recorder.SettleAsync();
        recorder.FinsFromClient.ShouldBe(0);
        peer.SendSynAck(Syn(recorder));

        await recorder.WaitForAsync(r => r.FinsFromClient == 1);
        await recorder.SettleAsync();
        handler.WaitForIdleAsync().IsCompleted.ShouldBeFalse();
        metrics.Sum(GracefulHttpTelemetry.ConnectionsClosing).ShouldBe(1, "it counts as a linger");

        peer.SendFin(recorder.Segments.First(segment => segment.FromClient && segment.IsFin));
        await handler.WaitForIdleAsync().WithinAsync();
        await recorder.SettleAsync();
        recorder.ResetsFromClient.ShouldBe(0);
        ShouldHaveEndedOnceAs("closed", metrics);
    }

    [Fact]
    public async Task GracefulHttpHandler_ServersAcceptQueueWasFull_ConnectsLateAndSendsFin()
    {
        using var listener = new FullListener();
        await using SegmentRecorder recorder = SegmentRecorder.Start(listener.Port);
        using GracefulHttpHandler handler = NewGracefulHandler();
        using var client = new HttpClient(handler);
        using var metrics = new MeterRecorder(GracefulHttpTelemetry.Name, _meters);

        await ConnectInVainAsync(client, listener.Port);
        using (Socket server = await listener.AcceptNextAsync())
        {
            (await server.ReceiveAsync(new byte[1]).WithinAsync()).ShouldBe(0, "the client's FIN, and nothing before it");
            server.Shutdown(SocketShutdown.Send);
            await handler.WaitForIdleAsync().WithinAsync();
        }

        await recorder.SettleAsync();
        recorder.ResetsFromClient.ShouldBe(0);
        ShouldHaveEndedOnceAs("closed", metrics);
    }

    [Fact]
    public async Task GracefulHttpHandler_NeverAnswered_EndsAsNotConnectedAtTheLingerTimeout()
    {
        using var peer = new HandmadePeer();
        await using SegmentRecorder recorder = SegmentRecorder.Start(peer.Port);
        var clock = new FakeTimeProvider();
        var options = new GracefulHttpOptions { LingerTimeout = TimeSpan.FromSeconds(7) };
        using GracefulHttpHandler handler = NewGracefulHandler(options, clock);
        using var client = new HttpClient(handler);
        using var metrics = new MeterRecorder(GracefulHttpTelemetry.Name, _meters);

        await ConnectInVainAsync(client, peer.Port);
        KernelSocketTable.OpenSockets(peer.Port).ShouldBe(1, "it is still connecting");
        clock.Advance(options.LingerTimeout - TimeSpan.FromTicks(1));
        handler.WaitForIdleAsync().IsCompleted.ShouldBeFalse();
        clock.Advance(TimeSpan.FromTicks(1));

        await handler.WaitForIdleAsync().WithinAsync();
        KernelSocketTable.OpenSockets(peer.Port).ShouldBe(0);
        ShouldHaveEndedOnceAs("not_connected", metrics);
    }

    [Fact]
    public async Task GracefulHttpHandler_MaxLingeringConnectionsReached_GivesUpTheOldestAttempt()
    {
        using var peer = new HandmadePeer();
        await using SegmentRecorder recorder = SegmentRecorder.Start(peer.Port);
        using GracefulHttpHandler handler = NewGracefulHandler(new GracefulHttpOptions { MaxLingeringConnections = 1 }, new FakeTimeProvider());
        using var client = new HttpClient(handler);
        using var metrics = new MeterRecorder(GracefulHttpTelemetry.Name, _meters);

        await ConnectInVainAsync(client, peer.Port);
        await ConnectInVainAsync(client, peer.Port);
        await _logs.WaitForAsync(IsEnd);
        KernelSocketTable.OpenSockets(peer.Port).ShouldBe(1);
        metrics.Sum(GracefulHttpTelemetry.ConnectionsClosed, (GracefulHttpTelemetry.Outcome, "not_connected")).ShouldBe(1);

        // The one that is left ends like any other. A SYN is sent again and again: by its port it is the second.
        peer.SendSynAck(recorder.Segments.Where(segment => segment.IsOpening).DistinctBy(segment => segment.ClientPort).Last());
        await recorder.WaitForAsync(r => r.FinsFromClient == 1);
        peer.SendFin(recorder.Segments.First(segment => segment.FromClient && segment.IsFin));
        await handler.WaitForIdleAsync().WithinAsync();
        metrics.Sum(GracefulHttpTelemetry.ConnectionsClosed, (GracefulHttpTelemetry.Outcome, "closed")).ShouldBe(1);
    }

    /// <summary>The runtime lets the attempt of a request that was cancelled go on; it is the pool's then.</summary>
    [Fact]
    public async Task GracefulHttpHandler_RequestCancelledThenServerAnswers_SendsNoRequestAndEndsInPeace()
    {
        using var listener = new FullListener();
        await using SegmentRecorder recorder = SegmentRecorder.Start(listener.Port);
        using GracefulHttpHandler handler = NewGracefulHandler();
        handler.InnerHandler.ShouldBeOfType<SocketsHttpHandler>().ConnectTimeout = Timeout.InfiniteTimeSpan;
        using var client = new HttpClient(handler);
        using var caller = new CancellationTokenSource();

        Task<HttpResponseMessage> call = client.GetAsync(Address(listener.Port), caller.Token);
        await recorder.WaitForAsync(r => r.Segments.Any(segment => segment.IsOpening && segment.ClientPort != listener.FillerPort));
        await caller.CancelAsync();
        await Assert.ThrowsAsync<TaskCanceledException>(() => call.WithinAsync());
        using (Socket server = await listener.AcceptNextAsync())
        {
            client.Dispose();
            (await server.ReceiveAsync(new byte[1]).WithinAsync()).ShouldBe(0, "the client's FIN, and no request before it");
            server.Shutdown(SocketShutdown.Send);
            await handler.WaitForIdleAsync().WithinAsync();
        }

        await recorder.SettleAsync();
        recorder.ResetsFromClient.ShouldBe(0);
    }

    private static SocketsHttpHandler NewSocketsHandler() => new() { ConnectTimeout = ConnectTimeout };

    private GracefulHttpHandler NewGracefulHandler(GracefulHttpOptions? options = null, TimeProvider? clock = null) =>
        new(options ?? new GracefulHttpOptions(), NewSocketsHandler())
        {
            LoggerFactory = _logs,
            MeterFactory = _meters,
            TimeProvider = clock ?? TimeProvider.System,
        };

    private static Uri Address(int port) => new($"http://127.0.0.1:{port}/");

    private static Task<TaskCanceledException> ConnectInVainAsync(HttpClient client, int port) =>
        Assert.ThrowsAsync<TaskCanceledException>(() => client.GetAsync(Address(port)).WithinAsync());

    private static Segment Syn(SegmentRecorder recorder) => recorder.Segments.First(segment => segment.IsOpening);

    private static bool IsEnd(LogRecord record) => record.Id.Name == "ConnectionEnded";

    private void ShouldHaveEndedOnceAs(string outcome, MeterRecorder metrics)
    {
        _logs.Records.Where(IsEnd).Select(record => record.Values["Outcome"]).ShouldBe([outcome], _logs.ToString());
        metrics.Sum(GracefulHttpTelemetry.ConnectionsClosed, (GracefulHttpTelemetry.Outcome, outcome)).ShouldBe(1);
        metrics.Sum(GracefulHttpTelemetry.ConnectionsClosing).ShouldBe(0);
    }
}
