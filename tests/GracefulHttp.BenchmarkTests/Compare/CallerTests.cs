using System.Diagnostics;
using GracefulHttp.Benchmarks.Compare;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.BenchmarkTests.Compare;

/// <summary>Requests that fail, all of them, since a second before: nobody listens.</summary>
public sealed class CallerTests : IDisposable
{
    private readonly WorkTally _tally = new();
    private readonly ComparedClient _client = new(CompareStrategy.Abort, WireProtocol.Http);
    private readonly Caller _caller;
    private readonly long _secondAgo = Stopwatch.GetTimestamp() - Stopwatch.Frequency;

    public CallerTests()
    {
        RowTarget nobody = RowTarget.Embedded(port: 1, new Cell(WireProtocol.Http, ServerKind.Blind, RequestPhase.Headers), TimeSpan.Zero);
        _caller = new Caller(_client, nobody, TimeSpan.FromMinutes(1), deadline: long.MaxValue, _tally);
    }

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task UseAsync_RequestFails_HasItsLatency()
    {
        (await _caller.UseAsync(_secondAgo)).ShouldBeFalse();

        AssertOneFailureOfASecond();
    }

    [Fact]
    public async Task AbandonAsync_RequestFails_IsNoneOfTheUseful()
    {
        (await _caller.AbandonAsync()).ShouldBeFalse();

        _tally.Failed.ShouldBe(1);
        _tally.OkLatency.Count.ShouldBe(0);
    }

    [Fact]
    public void PlanUseful_NotSent_HasTheLatencyThatItHadWaited()
    {
        _caller.PlanUseful(_secondAgo).Unsent();

        AssertOneFailureOfASecond();
    }

    [Fact]
    public void PlanAbandoned_NotSent_IsNoneOfTheUseful()
    {
        _caller.PlanAbandoned().Unsent();

        _tally.Failed.ShouldBe(1);
        _tally.OkLatency.Count.ShouldBe(0);
    }

    private void AssertOneFailureOfASecond()
    {
        _tally.Failed.ShouldBe(1);
        _tally.Ok.ShouldBe(0);
        _tally.OkLatency.Count.ShouldBe(1);
        // Within the histogram's precision of 1 %.
        _tally.OkLatency.Percentile(1)!.Value.ShouldBeGreaterThan(980);
    }
}
