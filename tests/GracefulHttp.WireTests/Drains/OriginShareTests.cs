using System.Collections.Concurrent;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.WireTests.Drains;

/// <summary>
/// With a limited number of connections per server, drains hold half of them (rounded up) and no more: live requests find
/// the others. Nothing is released while a live request runs, so what it got cannot have been a drain's.
/// </summary>
public sealed class OriginShareTests : WireTest
{
    private readonly ConcurrentQueue<SyncPoint> _next = [];

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(10, 5)]
    public async Task Drain_EveryRequestIsAbandoned_HoldsHalfOfTheConnections(int connections, int drains)
    {
        Serve(Scheme.Http, AnswerHeldAsync);
        WireClient client = Connect(new GracefulHttpOptions(), maxConnections: connections);
        SyncPoint[] held = [.. Enumerable.Range(0, 2 * connections).Select(static _ => new SyncPoint())];

        // One connection cannot be abandoned twice while it drains: its second request waits in the queue.
        for (int i = 0; i < (connections == 1 ? 1 : held.Length); i++)
        {
            _next.Enqueue(held[i]);
            await client.AbandonAsync(held[i], Phase.Headers);
            int refused = Math.Max(0, i + 1 - drains);
            await Recorder.WaitForAsync(recorder => recorder.FinsFromClient == refused);
        }

        await Recorder.SettleAsync();
        (Recorder.ConnectionsOpened - Recorder.FinsFromClient).ShouldBe(drains);
        Array.ForEach(held, static one => one.Release());
        await client.WaitForIdleAsync();
        Logs.AbandonOutcomes().Count(static outcome => outcome == "drained").ShouldBe(drains);
        Logs.AbandonOutcomes().ShouldAllBe(static outcome => outcome == "drained" || outcome == "drain_refused");
        Recorder.ResetsFromClient.ShouldBe(0);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    [InlineData(10, 5)]
    public async Task Drain_AllOfItsShareTaken_LiveRequestsRunBesides(int connections, int live)
    {
        Serve(Scheme.Http, AnswerHeldAsync);
        WireClient client = Connect(new GracefulHttpOptions(), maxConnections: connections);
        SyncPoint[] abandoned = [.. Enumerable.Range(0, connections).Select(static _ => new SyncPoint())];
        foreach (SyncPoint one in abandoned)
        {
            _next.Enqueue(one);
            await client.AbandonAsync(one, Phase.Headers);
        }

        // As many at once as connections are left, each of which holds its own.
        SyncPoint[] running = [.. Enumerable.Range(0, live).Select(static _ => new SyncPoint())];
        Array.ForEach(running, _next.Enqueue);
        Task<string>[] answers = [.. running.Select(_ => client.Http.GetStringAsync("/held"))];
        await Task.WhenAll(running.Select(static one => one.ArrivedAsync()));
        Array.ForEach(running, static one => one.Release());

        (await Task.WhenAll(answers).WithinAsync()).ShouldAllBe(static answer => answer == "late");
        abandoned.ShouldAllBe(static one => !one.IsReleased);
        Array.ForEach(abandoned, static one => one.Release());
    }

    [Fact]
    public async Task Drain_TheOnlyConnection_LiveRequestFollowsOnIt()
    {
        Serve(Scheme.Http, FinBlindScripts.LateHeaders(Held));
        WireClient client = Connect(new GracefulHttpOptions(), maxConnections: 1);

        await client.AbandonAsync(Held, Phase.Headers);
        Task<string> live = client.Http.GetStringAsync("/next");
        await ShouldBeUntouchedAsync();
        live.IsCompleted.ShouldBeFalse();
        Held.Release();

        (await live.WithinAsync()).ShouldBe("ok");
        await ShouldBeUntouchedAsync();
    }

    [Fact]
    public async Task Drain_Ended_GivesItsShareBack()
    {
        Serve(Scheme.Http, AnswerHeldAsync);
        WireClient client = Connect(new GracefulHttpOptions(), maxConnections: 2);

        for (int i = 0; i < 5; i++)
        {
            var held = new SyncPoint();
            _next.Enqueue(held);
            await client.AbandonAsync(held, Phase.Headers);
            held.Release();
            await client.WaitForIdleAsync();
        }

        Logs.AbandonOutcomes().ShouldBe(Enumerable.Repeat("drained", 5));
        await ShouldBeUntouchedAsync();
    }

    [Fact]
    public async Task Drain_OfAnotherOrigin_TakesNoShare()
    {
        Serve(Scheme.Http, AnswerHeldAsync);
        WireClient client = Connect(new GracefulHttpOptions(), maxConnections: 2);
        SyncPoint[] held = [new(), new()];
        _next.Enqueue(held[0]);
        await client.AbandonAsync(held[0], Phase.Headers);

        // The same server under another name is another origin to the pool.
        _next.Enqueue(held[1]);
        await client.AbandonAsync(
            held[1], (http, token) => http.GetAsync($"http://localhost:{Server.Port}/held", token), begun: Task.CompletedTask);

        Array.ForEach(held, static one => one.Release());
        await client.WaitForIdleAsync();
        Logs.AbandonOutcomes().ShouldBe(["drained", "drained"]);
    }

    [Fact]
    public async Task Drain_OfAnotherHandlerOverTheSameConnections_IsRefused()
    {
        Serve(Scheme.Http, AnswerHeldAsync);
        SocketsHttpHandler sockets = NewSocketsHandler(maxConnections: 2);
        WireClient[] clients =
        [
            Connect(new GracefulHttpHandler(new GracefulHttpOptions(), sockets) { LoggerFactory = Logs }),
            Connect(new GracefulHttpHandler(new GracefulHttpOptions(), sockets) { LoggerFactory = Logs }),
        ];
        SyncPoint[] held = [new(), new()];
        for (int i = 0; i < held.Length; i++)
        {
            _next.Enqueue(held[i]);
            await clients[i].AbandonAsync(held[i], Phase.Headers);
        }

        await Recorder.WaitForAsync(recorder => recorder.FinsFromClient == 1);
        Array.ForEach(held, static one => one.Release());
        await clients[0].WaitForIdleAsync();
        await clients[1].WaitForIdleAsync();
        Logs.AbandonOutcomes().ShouldBe(["drained", "drain_refused"], ignoreOrder: true);
    }

    /// <summary>What <see cref="HttpClientHandler"/> has of a body is drained, on connections of which it may have few.</summary>
    [Fact]
    public async Task Drain_OverHttpClientHandler_HoldsHalfOfItsConnections()
    {
        Serve(Scheme.Http, exchange => _next.TryDequeue(out SyncPoint? held) ? Phase.ChunkedBody.HeldScript(held)(exchange) : Task.CompletedTask);
        using var logs = new RecordingLoggerFactory();
        WireClient client = Connect(
            new GracefulHttpHandler(new GracefulHttpOptions(), new HttpClientHandler { MaxConnectionsPerServer = 2 }) { LoggerFactory = logs });
        SyncPoint[] held = [new(), new()];
        foreach (SyncPoint one in held)
        {
            _next.Enqueue(one);
            await client.AbandonAsync(one, Phase.ChunkedBody);
        }

        Array.ForEach(held, static one => one.Release());
        await client.WaitForIdleAsync();
        logs.AbandonOutcomes().ShouldBe(["drained", "drain_refused"], ignoreOrder: true);
    }

    private Task AnswerHeldAsync(FinBlindExchange exchange)
    {
        _next.TryDequeue(out SyncPoint? held).ShouldBeTrue();
        return FinBlindScripts.LateHeaders(held!)(exchange);
    }
}
