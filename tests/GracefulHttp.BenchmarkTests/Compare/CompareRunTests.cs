using GracefulHttp.Benchmarks.Compare;

namespace GracefulHttp.BenchmarkTests.Compare;

public sealed class CompareRunTests
{
    [Fact]
    public void Turn_ThreeRoundsOfThree_EachIsOnceFirstOnceSecondOnceLast()
    {
        int[] turns = [.. Enumerable.Range(0, 9).Select(turn => CompareRun.Turn(turn, 3))];

        turns.ShouldBe([0, 1, 2, 1, 2, 0, 2, 0, 1]);
    }

    [Theory]
    [InlineData(new double[] { 3, 1, 2 }, 1, 2, 3)]
    [InlineData(new double[] { 4, 1, 2, 3 }, 1, 2.5, 4)]
    [InlineData(new double[] { 7 }, 7, 7, 7)]
    public void RoundSpread_OfValues_IsMedianBetweenTheEnds(double[] values, double low, double median, double high) =>
        RoundSpread.Of(values.Cast<double?>()).ShouldBe(new RoundSpread(low, median, high));

    [Fact]
    public void RoundSpread_NothingKnown_IsNull() => RoundSpread.Of([null, null]).ShouldBeNull();

    [Fact]
    public void CompareRow_OneRoundWithoutACount_DoesNotMakeUpASum()
    {
        CompareRow known = SampleRows.Row(resetsFromClient: 5);
        CompareRow unknown = SampleRows.Row(resetsFromClient: null);

        (known with { Rounds = [.. known.Rounds, .. known.Rounds] }).ResetsFromClient.ShouldBe(10);
        (known with { Rounds = [.. known.Rounds, .. unknown.Rounds] }).ResetsFromClient.ShouldBeNull();
    }
}
