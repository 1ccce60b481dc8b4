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
        string place = $"{CellLabel.Short(settings, row.Cell)} {row.Strategy.Name()}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"[{number,2}/{total}] {place,-28} {row.OkPerSecond,8:#,0} useful req/s {row.ResetsSent,8:#,0} RSTs {row.ConnectionsOpened,8:#,0} connections");
    }
}
