using System.Collections.Concurrent;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.TestKit.Time;

namespace GracefulHttp.WireTests.Drains;

/// <summary>The edges of the drain budgets, and that what a drain held is given back.</summary>
public sealed class DrainLimitTests : WireTest
{
    private readonly ConcurrentQueue<SyncPoint> _next = [];

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task DrainTimeout_PeerFeedsByDrips_ClosesAllTheSame(Scheme scheme)
    {
        const int Drips = 5;
        SyncPoint[] drips = [.. Enumerable.Range(0, Drips).Select(static _ => new SyncPoint())];
        Serve(scheme, async exchange =>
        {
            await exchange.WriteHeadAsync(BodyFraming.Chunked);
            foreach (SyncPoint drip in drips)
            {
                await drip.ArriveAsync();
                await exchange.WriteBodyAsync(new byte[1]);
            }

            await Held.ArriveAsync();
            await exchange.FinishAsync();
        });
        var clock = new FakeTimeProvider();
        var options = new GracefulHttpOptions { DrainTimeout = TimeSpan.FromSeconds(Drips) };
        WireClient client = Connect(options, clock);

        await client.AbandonAsync(drips[0], Phase.ChunkedBody);
        await clock.WaitForTimerAsync(options.DrainTimeout);
        for (int i = 0; i < Drips; i++)
        {
            await ShouldBeUntouchedAsync();
            drips[i].Release();
            await (i + 1 < Drips ? drips[i + 1] : Held).ArrivedAsync();
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
        Logs.AbandonOutcomes().ShouldBe(["drain_timeout"]);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task MaxDrainSize_CloseDelimitedBodyExceedsIt_ClosesThen(Scheme scheme)
    {
        var stalled = new SyncPoint();
        Serve(scheme, async exchange =>
        {
            await exchange.WriteHeadAsync(BodyFraming.CloseDelimited);
            await exchange.WriteBodyAsync(new byte[10]);
            await stalled.ArriveAsync();
            await exchange.WriteBodyAsync(new byte[1001]);
            await Held.ArriveAsync();
            await exchange.WriteBodyAsync(new byte[10]);
        });
        WireClient client = Connect(new GracefulHttpOptions { MaxDrainSize = 1000 });

        await client.AbandonAsync(stalled, Phase.ContentLengthBody, ClientCall.ReadAsync);
        await ShouldBeUntouchedAsync();
        stalled.Release();

        // The server closes its side as soon as it is released, so the end is seen from the client's side only.
        await ShouldSendFinAsync();
        Held.Release();
        await client.WaitForIdleAsync();
        (await Server.Connections[0].Ended.WithinAsync()).ShouldNotBe(PeerEnding.Reset);
        Logs.AbandonOutcomes().ShouldBe(["drain_size"]);
        Recorder.ResetsFromClient.ShouldBe(0);
    }

    [Theory]
    [InlineData(AnswerShape.EmptyBody)]
    [InlineData(AnswerShape.Head)]
    [InlineData(AnswerShape.HeadChunked)]
    [InlineData(AnswerShape.NoContent)]
    [InlineData(AnswerShape.NotModified)]
    [InlineData(AnswerShape.NotModifiedWithLength)]
    [InlineData(AnswerShape.NoContentWithLength)]
    public async Task MaxDrainSize_ZeroAndNoBody_KeepsTheConnection(AnswerShape shape)
    {
        Serve(Scheme.Http, HeldAnswer.Of(shape).HeldBefore(Held));
        WireClient client = Connect(new GracefulHttpOptions { MaxDrainSize = 0 });

        await client.AbandonAsync(Held, new HeldCall(HeldAnswer.MethodOf(shape)).RunAsync, begun: Task.CompletedTask);
        Held.Release();

        (await client.Http.GetStringAsync("/next").WithinAsync()).ShouldBe("ok");
        await client.WaitForIdleAsync();
        await ShouldBeUntouchedAsync();
        Logs.AbandonOutcomes().ShouldBe(["drained"]);
    }

    [Theory]
    [InlineData(AnswerShape.NotModifiedWithLength)]
    [InlineData(AnswerShape.NoContentWithLength)]
    public async Task MaxDrainSize_ExceededByTheLengthOfNoBody_DisposedResponseKeepsTheConnection(AnswerShape shape)
    {
        Serve(Scheme.Http, HeldAnswer.Of(shape).HeldBefore(Held));
        WireClient client = Connect(new GracefulHttpOptions { MaxDrainSize = 0 });
        Held.Release();

        (await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead).WithinAsync()).Dispose();

        (await client.Http.GetStringAsync("/next").WithinAsync()).ShouldBe("ok");
        await client.WaitForIdleAsync();
        await ShouldBeUntouchedAsync();
    }

    [Fact]
    public async Task MaxDrainSize_ZeroAndABody_ClosesThen()
    {
        var late = new SyncPoint();
        Serve(Scheme.Http, async exchange =>
        {
            await late.ArriveAsync();
            await Phase.ContentLengthBody.HeldScript(Held)(exchange);
        });
        WireClient client = Connect(new GracefulHttpOptions { MaxDrainSize = 0 });

        await client.AbandonAsync(late, Phase.Headers);
        late.Release();

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, Scheme.Http);
    }

    [Fact]
    public async Task MaxConcurrentDrains_DrainEnded_IsFreeForTheNext()
    {
        Serve(Scheme.Http, AnswerHeldAsync);
        WireClient client = Connect(new GracefulHttpOptions { MaxConcurrentDrains = 1 }, maxConnections: 4);

        for (int i = 0; i < 5; i++)
        {
            await AbandonOneAndReleaseAsync(client);
        }

        Logs.AbandonOutcomes().ShouldBe(Enumerable.Repeat("drained", 5));
        await ShouldBeUntouchedAsync();
    }

    [Fact]
    public async Task MaxConcurrentDrains_DrainTimedOut_IsFreeForTheNext()
    {
        Serve(Scheme.Http, AnswerHeldAsync);
        var clock = new FakeTimeProvider();
        var options = new GracefulHttpOptions { MaxConcurrentDrains = 1 };
        WireClient client = Connect(options, clock, maxConnections: 4);
        _next.Enqueue(Held);
        await client.AbandonAsync(Held, Phase.Headers);
        await clock.WaitForTimerAsync(options.DrainTimeout);
        clock.Advance(options.DrainTimeout);
        await ShouldSendFinAsync();

        // The first lingers: its server has not answered yet.
        var second = new SyncPoint();
        _next.Enqueue(second);
        await client.AbandonAsync(second, Phase.Headers);
        await clock.WaitForTimerAsync(options.DrainTimeout);
        second.Release();
        Held.Release();

        await client.WaitForIdleAsync();
        Logs.AbandonOutcomes().ShouldBe(["drain_timeout", "drained"]);
        await Recorder.SettleAsync();
        Recorder.FinsFromClient.ShouldBe(1);
        Recorder.ResetsFromClient.ShouldBe(0);
    }

    private async Task AbandonOneAndReleaseAsync(WireClient client)
    {
        var held = new SyncPoint();
        _next.Enqueue(held);
        await client.AbandonAsync(held, Phase.Headers);
        held.Release();
        await client.WaitForIdleAsync();
    }

    private Task AnswerHeldAsync(FinBlindExchange exchange)
    {
        _next.TryDequeue(out SyncPoint? held).ShouldBeTrue();
        return FinBlindScripts.LateHeaders(held!)(exchange);
    }
}
