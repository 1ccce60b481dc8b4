using GracefulHttp.Benchmarks.Compare;
using GracefulHttp.Benchmarks.Relay;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.BenchmarkTests.Compare;

public sealed class CompareSettingsTests
{
    [Fact]
    public void Turns_RetryIsForHeadersOnly_AreThoseThatAreMeasured()
    {
        CompareSettings settings = SampleRows.Settings with
        {
            Strategies = [CompareStrategy.Abort, CompareStrategy.Retry],
            Cells = [.. Enum.GetValues<RequestPhase>().Select(phase => new Cell(WireProtocol.Http, ServerKind.Blind, phase))],
            Rounds = 3,
        };

        settings.Turns.ShouldBe(3 * (4 + 1));
        settings.Cells.Where(cell => settings.StrategiesIn(cell).Contains(CompareStrategy.Retry)).Select(cell => cell.Phase).ShouldBe([RequestPhase.Headers]);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(59_900, 0)]
    [InlineData(1, 10_000)]
    [InlineData(19_900, 10_000)]
    public void ClientTimes_EveryTimeoutAndRoundTripThatTheOptionsAllow_NothingElseEndsFirst(int timeoutMs, int roundTripMs)
    {
        var roundTrip = TimeSpan.FromMilliseconds(roundTripMs);
        CompareSettings settings = SampleRows.Settings with
        {
            Timeout = TimeSpan.FromMilliseconds(timeoutMs), Link = LinkSettings.None with { RoundTrip = roundTrip },
        };

        ClientTimes times = settings.ClientTimes;
        foreach (CompareStrategy strategy in Enum.GetValues<CompareStrategy>())
        {
            // Its budgets and time-outs are checked here.
            using var client = new ComparedClient(strategy, WireProtocol.Https, times);
            client.Http.Timeout.ShouldBe(times.Request);
        }

        TimeSpan onItsWay = 4 * roundTrip;
        times.Request.ShouldBeGreaterThan(settings.SlowDelay + onItsWay, "a slow answer that nobody leaves");
        times.Request.ShouldBeGreaterThan(settings.LeaveAfter + settings.Timeout + onItsWay, "a second request after the first");
        TimeSpan fromLeavingToAnswer = settings.SlowDelay + onItsWay - settings.LeaveAfter;
        times.Drain.ShouldBeGreaterThan(fromLeavingToAnswer + TimeSpan.FromSeconds(1), "a drain");
        times.Linger.ShouldBeGreaterThan(fromLeavingToAnswer + TimeSpan.FromSeconds(1), "a linger");
        times.Idle.ShouldBeGreaterThan(fromLeavingToAnswer + roundTrip, "both ended");
    }

    [Fact]
    public void ClientTimes_NoNetworkBetween_AreTheLibrarysDefaults()
    {
        var defaults = new GracefulHttpOptions();

        SampleRows.Settings.ClientTimes.Drain.ShouldBe(defaults.DrainTimeout);
        SampleRows.Settings.ClientTimes.Linger.ShouldBe(defaults.LingerTimeout);
    }
}
