using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.TestKit.Time;

namespace GracefulHttp.WireTests;

/// <summary>Drain → Close: a drain that is refused, or whose budget runs out, ends its connection in peace.</summary>
public sealed class DrainBudgetTests : WireTest
{
    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task DrainTimeout_RunsOut_ClosesThen(Scheme scheme, Phase phase)
    {
        Serve(scheme, phase.HeldScript(Held));
        var clock = new FakeTimeProvider();
        var options = new GracefulHttpOptions { DrainTimeout = TimeSpan.FromSeconds(5) };
        WireClient client = Connect(options, clock);

        await client.AbandonAsync(Held, phase);
        await clock.WaitForTimerAsync(options.DrainTimeout);
        clock.Advance(options.DrainTimeout - TimeSpan.FromTicks(1));
        await ShouldBeUntouchedAsync();
        clock.Advance(TimeSpan.FromTicks(1));

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
    }

    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task MaxConcurrentDrains_Zero_ClosesAtOnce(Scheme scheme, Phase phase)
    {
        Serve(scheme, phase.HeldScript(Held));
        WireClient client = Connect(new GracefulHttpOptions { MaxConcurrentDrains = 0 });

        await client.AbandonAsync(Held, phase);

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
    }

    [Fact]
    public async Task MaxConcurrentDrains_AllTaken_RefusesTheNewest()
    {
        var held = new Queue<SyncPoint>([Held, new SyncPoint()]);
        SyncPoint second = held.Last();
        Serve(Scheme.Http, exchange => FinBlindScripts.LateHeaders(held.Dequeue())(exchange));
        WireClient client = Connect(new GracefulHttpOptions { MaxConcurrentDrains = 1 }, maxConnections: 2);

        await client.AbandonAsync(Held, Phase.Headers);
        await client.AbandonAsync(second, Phase.Headers);
        await Recorder.WaitForAsync(recorder => recorder.FinsFromClient == 1);
        second.Release();

        (await Server.Connections[1].Ended.WithinAsync()).ShouldBe(PeerEnding.Fin);
        Server.Connections[0].Ended.IsCompleted.ShouldBeFalse();
        Held.Release();
        await client.WaitForIdleAsync();
        await Recorder.SettleAsync();
        Recorder.FinsFromClient.ShouldBe(1);
        Recorder.ResetsFromClient.ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task MaxDrainSize_KnownToBeExceeded_ClosesAtOnce(Scheme scheme)
    {
        Serve(scheme, Phase.ContentLengthBody.HeldScript(Held, rest: 1001));
        WireClient client = Connect(new GracefulHttpOptions { MaxDrainSize = 1000 });

        await client.AbandonAsync(Held, Phase.ContentLengthBody, ClientCall.ReadAsync);

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task MaxDrainSize_LateHeadersAnnounceMore_ClosesThen(Scheme scheme)
    {
        var late = new SyncPoint();
        Serve(scheme, async exchange =>
        {
            await late.ArriveAsync();
            await Phase.ContentLengthBody.HeldScript(Held, rest: 1001)(exchange);
        });
        WireClient client = Connect(new GracefulHttpOptions { MaxDrainSize = 1000 });

        await client.AbandonAsync(late, Phase.Headers);
        await ShouldBeUntouchedAsync();
        late.Release();

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task MaxDrainSize_ChunksExceedIt_ClosesThen(Scheme scheme)
    {
        var stalled = new SyncPoint();
        Serve(scheme, async exchange =>
        {
            await exchange.WriteHeadAsync(BodyFraming.Chunked);
            await exchange.WriteBodyAsync(new byte[10]);
            await stalled.ArriveAsync();
            await exchange.WriteBodyAsync(new byte[1001]);
            await Held.ArriveAsync();
            await exchange.WriteBodyAsync(new byte[10]);
            await exchange.FinishAsync();
        });
        WireClient client = Connect(new GracefulHttpOptions { MaxDrainSize = 1000 });

        await client.AbandonAsync(stalled, Phase.ChunkedBody);
        await ShouldBeUntouchedAsync();
        stalled.Release();

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
    }

    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task MaxDrainSize_NotExceeded_KeepsTheConnection(Scheme scheme, Phase phase)
    {
        Serve(scheme, phase.HeldScript(Held, rest: 100_000));
        WireClient client = Connect(new GracefulHttpOptions { MaxDrainSize = 100_010 });

        await client.AbandonAsync(Held, phase);
        Held.Release();

        (await client.Http.GetStringAsync("/next").WithinAsync()).ShouldBe("ok");
        await ShouldBeUntouchedAsync();
    }
}
