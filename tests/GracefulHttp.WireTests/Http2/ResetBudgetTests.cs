using System.Net;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Time;

namespace GracefulHttp.WireTests.Http2;

/// <summary>
/// Close: RST_STREAM while the reset budget lasts, then the streams run to their end. Servers count early resets
/// (CVE-2023-44487), and end the connection under everybody when there are too many.
/// </summary>
public sealed class ResetBudgetTests : Http2Test
{
    private const int Free = 3;

    private readonly FakeTimeProvider _clock = new();

    [Theory]
    [MemberData(nameof(Cells.All), MemberType = typeof(Cells))]
    public async Task Close_CallerLeaves_ResetsTheStreamAtOnceAndKeepsTheConnection(Scheme scheme, Phase phase, ClientCall call)
    {
        WireClient client = await StartAsync(scheme, Closing(), HeldIn(phase));

        await client.AbandonAsync(Held, phase, call);

        await Frames.WaitForResetsAsync(1);
        Held.IsReleased.ShouldBeFalse();
        Held.Release();
        await client.WaitForIdleAsync();
        await ShouldHaveResetAsync(1);
        Completed.ShouldBe(0);
        Logs.AbandonOutcomes().ShouldBe(["closed"]);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Close_FreshOrigin_ThreeAreFreeAndTheFourthFinishes(Scheme scheme)
    {
        WireClient client = await StartAsync(scheme, Closing(), HeldIn(Phase.Headers));

        List<SyncPoint> held = await AbandonAndExpectResetsAsync(Free);
        SyncPoint fourth = await AbandonAnotherAsync();
        await ShouldHaveResetAsync(Free);
        fourth.Release();

        await client.WaitForIdleAsync();
        held.ForEach(static one => one.Release());
        await ShouldHaveResetAsync(Free);
        Completed.ShouldBe(1);
        Logs.AbandonOutcomes().ShouldBe(["closed", "closed", "closed", "drained"]);
    }

    /// <summary>A server does not ask why a stream was reset.</summary>
    [Fact]
    public async Task Close_ThreeWereAborted_TheNextFinishes()
    {
        WireClient client = await StartAsync(Scheme.HttpsTls13, Closing(), HeldIn(Phase.Headers));
        List<SyncPoint> held = [];
        for (int i = 0; i < Free; i++)
        {
            held.Add(new SyncPoint());
            Expect(held[i]);
            await client.AbandonAsync(
                held[i],
                async (http, token) =>
                {
                    using var request = new HttpRequestMessage(HttpMethod.Get, "/held") { Version = HttpVersion.Version20 };
                    using HttpResponseMessage response = await http.SendAsync(request.SetAbandonStrategy(AbandonStrategy.Abort), token);
                },
                Task.CompletedTask);
        }

        await Frames.WaitForResetsAsync(Free);
        SyncPoint next = await AbandonAnotherAsync();
        await ShouldHaveResetAsync(Free);
        next.Release();

        await client.WaitForIdleAsync();
        held.ForEach(static one => one.Release());
        Logs.AbandonOutcomes().ShouldBe(["aborted", "aborted", "aborted", "drained"]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Http2ResetBurst_Empty_LetsTheStreamRunAndResetsAtTheDrainTimeout(int burst)
    {
        GracefulHttpOptions options = Closing();
        options.Http2ResetBurst = burst;
        WireClient client = await StartAsync(Scheme.HttpsTls13, options, HeldIn(Phase.ContentLengthBody), _clock);
        List<SyncPoint> held = await AbandonAndExpectResetsAsync(burst);

        held.Add(await AbandonAnotherAsync());
        await _clock.WaitForTimerAsync(options.DrainTimeout);
        await ShouldHaveResetAsync(burst);
        _clock.Advance(options.DrainTimeout);

        await Frames.WaitForResetsAsync(burst + 1);
        await client.WaitForIdleAsync();
        held.ForEach(static one => one.Release());
        Completed.ShouldBe(0);
    }

    [Fact]
    public async Task Http2ResetsPerSecond_TimePasses_MayResetAgain()
    {
        GracefulHttpOptions options = Closing();
        options.Http2ResetBurst = 1;
        options.Http2ResetsPerSecond = 2;
        options.DrainTimeout = TimeSpan.FromHours(1);
        await StartAsync(Scheme.HttpsTls13, options, HeldIn(Phase.Headers), _clock);
        List<SyncPoint> held = await AbandonAndExpectResetsAsync(1);

        held.Add(await AbandonAnotherAsync());
        _clock.Advance(TimeSpan.FromSeconds(0.5) - TimeSpan.FromTicks(1));
        held.Add(await AbandonAnotherAsync());
        await ShouldHaveResetAsync(1);
        _clock.Advance(TimeSpan.FromTicks(1));
        held.Add(await AbandonAnotherAsync());

        await Frames.WaitForResetsAsync(2);
        await ShouldHaveResetAsync(2);
        held.ForEach(static one => one.Release());
    }

    [Fact]
    public async Task Close_ManyCompleted_ResetsStayUnderHalfOfThem()
    {
        WireClient client = await StartAsync(Scheme.HttpsTls13, Closing(), HeldIn(Phase.Headers));
        await CompleteAsync(9);

        // 10 with the first of all. Resets do not count as completed.
        List<SyncPoint> held = [];
        for (int i = 0; i < 10; i++)
        {
            held.Add(await AbandonAnotherAsync());
        }

        await Frames.WaitForResetsAsync(4);
        held.ForEach(static one => one.Release());
        await client.WaitForIdleAsync();
        Frames.ResetStreams.Count.ShouldBeInRange(4, 5);
        (Completed + Frames.ResetStreams.Count).ShouldBe(10);
    }

    [Fact]
    public async Task Close_DrainedStreams_CountAsCompleted()
    {
        WireClient client = await StartAsync(Scheme.HttpsTls13, Closing(), HeldIn(Phase.Headers));
        List<SyncPoint> held = await AbandonAndExpectResetsAsync(Free);

        // None of these may be reset; each of them completes.
        for (int i = 0; i < 2 * Free; i++)
        {
            (await AbandonAnotherAsync()).Release();
            await client.WaitForIdleAsync();
        }

        Frames.ResetStreams.Count.ShouldBe(Free);
        (await AbandonAnotherAsync()).Release();
        (await AbandonAnotherAsync()).Release();
        held.Add(await AbandonAnotherAsync());
        await Frames.WaitForResetsAsync(Free + 1);
        held.ForEach(static one => one.Release());
    }

    [Fact]
    public async Task NotKnownWhetherSent_IsResetWhateverTheBudget()
    {
        GracefulHttpOptions options = Closing();
        options.Http2ResetBurst = 0;
        WireClient client = await StartAsync(Scheme.HttpsTls13, options, HeldIn(Phase.Headers));

        // Without a header of its own nothing tells whether it waits for a stream, and what waits must never be sent.
        client.Http.DefaultRequestHeaders.Clear();
        SyncPoint held = await AbandonAnotherAsync();

        await Frames.WaitForResetsAsync(1);
        held.IsReleased.ShouldBeFalse();
        held.Release();
    }

    private static GracefulHttpOptions Closing() => new() { Strategy = AbandonStrategy.Close };

    private async Task<List<SyncPoint>> AbandonAndExpectResetsAsync(int count)
    {
        List<SyncPoint> held = [];
        for (int i = 1; i <= count; i++)
        {
            held.Add(await AbandonAnotherAsync());
            await Frames.WaitForResetsAsync(i);
            await Client.WaitForIdleAsync();
        }

        return held;
    }
}
