using System.Globalization;
using GracefulHttp.Benchmarks.Compare;

namespace GracefulHttp.Benchmarks.Reporting;

/// <summary>One line per finished round, for logs and pipes.</summary>
internal sealed class PlainProgress(CompareSettings settings, TextWriter output) : ICompareProgress
{
    private readonly int _total = settings.Turns;
    private int _finished;

    public void WarmingUp() => output.WriteLine("Warming up.");

    public void Starting(Cell cell, CompareStrategy strategy)
    {
    }

    public void Finished(Cell cell, CompareStrategy strategy, CompareRound round) =>
        output.WriteLine(Describe(settings, cell, strategy, round, ++_finished, _total));

    internal static string Describe(CompareSettings settings, Cell cell, CompareStrategy strategy, CompareRound round, int number, int total)
    {
        int longest = settings.Cells.Max(other => CellLabel.Short(settings, other).Length) + 1 + settings.Strategies.Max(other => other.Name().Length);
        string place = $"{CellLabel.Short(settings, cell)} {strategy.Name()}".PadRight(longest);
        long? resets = round.Wire.ResetsFromClient ?? round.Wire.KernelResets;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"[{number,3}/{total}] {place} {round.OkPerSecond,8:#,0} useful req/s {resets,8:#,0} RSTs {round.ConnectionsOpened,8:#,0} connections");
    }
}
