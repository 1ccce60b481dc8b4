using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Time;
using Microsoft.AspNetCore.Http;

namespace GracefulHttp.WireTests.Http2;

/// <summary>A drain that is refused or whose budget runs out resets its stream; where no reset is left it runs until the drain timeout.</summary>
public sealed class StreamBudgetTests : Http2Test
{
    private readonly FakeTimeProvider _clock = new();

    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task DrainTimeout_RunsOut_ResetsThen(Scheme scheme, Phase phase)
    {
        var options = new GracefulHttpOptions { DrainTimeout = TimeSpan.FromSeconds(5) };
        WireClient client = await StartAsync(scheme, options, HeldIn(phase), _clock);

        await client.AbandonAsync(Held, phase);
        await ShouldRunUntilTheDrainTimeoutAsync(options);
        Logs.AbandonOutcomes().ShouldBe(["drain_timeout"]);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task MaxDrainSize_KnownToBeExceeded_ResetsAtOnce(Scheme scheme)
    {
        WireClient client = await StartAsync(
            scheme, new GracefulHttpOptions { MaxDrainSize = 1000 }, HeldIn(Phase.ContentLengthBody, rest: 1001));

        await client.AbandonAsync(Held, Phase.ContentLengthBody, ClientCall.ReadAsync);

        await ShouldBeResetAtOnceAsync("drain_size");
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task MaxDrainSize_ExceededOnTheWay_ResetsThen(Scheme scheme)
    {
        WireClient client = await StartAsync(scheme, new GracefulHttpOptions { MaxDrainSize = 1000 }, StalledTwice(out SyncPoint stalled));

        await client.AbandonAsync(stalled, Phase.ChunkedBody);
        await ShouldHaveResetAsync(0);
        stalled.Release();

        await ShouldBeResetAtOnceAsync("drain_size");
    }

    [Fact]
    public async Task MaxDrainSize_ExceededAndNoResetIsLeft_RunsUntilTheDrainTimeout()
    {
        var options = new GracefulHttpOptions { MaxDrainSize = 1000, Http2ResetBurst = 0 };
        WireClient client = await StartAsync(Scheme.HttpsTls13, options, StalledTwice(out SyncPoint stalled), _clock);

        await client.AbandonAsync(stalled, Phase.ChunkedBody);
        stalled.Release();
        await Held.ArrivedAsync();

        await ShouldRunUntilTheDrainTimeoutAsync(options);
    }

    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task MaxConcurrentDrains_Zero_ResetsAtOnce(Scheme scheme, Phase phase)
    {
        WireClient client = await StartAsync(scheme, new GracefulHttpOptions { MaxConcurrentDrains = 0 }, HeldIn(phase));

        await client.AbandonAsync(Held, phase);

        await ShouldBeResetAtOnceAsync("drain_refused");
    }

    [Theory]
    [InlineData(Phase.Headers)]
    [InlineData(Phase.ContentLengthBody)]
    [InlineData(Phase.ChunkedBody)]
    public async Task MaxConcurrentDrains_ZeroAndNoResetIsLeft_RunsUntilTheDrainTimeout(Phase phase)
    {
        var options = new GracefulHttpOptions { MaxConcurrentDrains = 0, Http2ResetBurst = 0 };
        WireClient client = await StartAsync(Scheme.Http, options, HeldIn(phase), _clock);

        await client.AbandonAsync(Held, phase);

        await ShouldRunUntilTheDrainTimeoutAsync(options);
    }

    [Fact]
    public async Task MaxConcurrentDrains_ZeroAndNoResetIsLeft_MayStillFinishInTime()
    {
        var options = new GracefulHttpOptions { MaxConcurrentDrains = 0, Http2ResetBurst = 0 };
        WireClient client = await StartAsync(Scheme.HttpsTls13, options, HeldIn(Phase.Headers), _clock);

        await client.AbandonAsync(Held, Phase.Headers);
        Held.Release();

        await client.WaitForIdleAsync();
        await ShouldHaveResetAsync(0);
        Completed.ShouldBe(1);
    }

    private static Func<HttpContext, SyncPoint, Task> StalledTwice(out SyncPoint stalled)
    {
        var first = stalled = new SyncPoint();
        return async (context, held) =>
        {
            await context.Response.WriteAsync(new string('x', 10));
            await context.Response.Body.FlushAsync();
            await first.ArriveAsync();
            await context.Response.WriteAsync(new string('x', 1001));
            await context.Response.Body.FlushAsync();
            await held.ArriveAsync();
        };
    }

    private async Task ShouldBeResetAtOnceAsync(string outcome)
    {
        await Frames.WaitForResetsAsync(1);
        Held.IsReleased.ShouldBeFalse();
        await Client.WaitForIdleAsync();
        await ShouldHaveResetAsync(1);
        Completed.ShouldBe(0);
        Logs.AbandonOutcomes().ShouldBe([outcome]);
    }

    private async Task ShouldRunUntilTheDrainTimeoutAsync(GracefulHttpOptions options)
    {
        await _clock.WaitForTimerAsync(options.DrainTimeout);
        _clock.Advance(options.DrainTimeout - TimeSpan.FromTicks(1));
        await ShouldHaveResetAsync(0);
        _clock.Advance(TimeSpan.FromTicks(1));

        await Frames.WaitForResetsAsync(1);
        Held.IsReleased.ShouldBeFalse();
        await Client.WaitForIdleAsync();
        await ShouldHaveResetAsync(1);
        Completed.ShouldBe(0);
    }
}
