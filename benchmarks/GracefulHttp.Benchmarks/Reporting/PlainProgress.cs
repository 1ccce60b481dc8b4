using System.Globalization;
using GracefulHttp.Benchmarks.Compare;

namespace GracefulHttp.Benchmarks.Reporting;

/// <summary>One line per finished row, for logs and pipes.</summary>
internal sealed class PlainProgress(CompareSettings settings, TextWriter output) : ICompareProgress
{
    private readonly int _total = settings.Cells.Count * settings.Strategies.Count;
    private int _finished;

    public void WarmingUp() => output.WriteLine("Warming up.");

    public void Starting(Cell cell, CompareStrategy strategy)
    {
    }

    public void Finished(CompareRow row) => output.WriteLine(Describe(settings, row, ++_finished, _total));

    internal static string Describe(CompareSettings settings, CompareRow row, int number, int total)
    {
        int longest = settings.Cells.Max(cell => CellLabel.Short(settings, cell).Length) + 1 + settings.Strategies.Max(strategy => strategy.Name().Length);
        string place = $"{CellLabel.Short(settings, row.Cell)} {row.Strategy.Name()}".PadRight(longest);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"[{number,2}/{total}] {place} {row.OkPerSecond,8:#,0} useful req/s {row.ResetsSent,8:#,0} RSTs {row.ConnectionsOpened,8:#,0} connections");
    }
}
