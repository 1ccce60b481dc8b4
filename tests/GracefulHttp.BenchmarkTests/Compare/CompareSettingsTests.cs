using GracefulHttp.Benchmarks.Compare;
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
}
