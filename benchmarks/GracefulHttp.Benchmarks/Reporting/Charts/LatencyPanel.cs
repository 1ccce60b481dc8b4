using System.Globalization;
using System.Xml.Linq;
using GracefulHttp.Benchmarks.Compare;

namespace GracefulHttp.Benchmarks.Reporting.Charts;

/// <summary>Which share of the useful requests was answered within which time, of one cell: a curve per strategy.</summary>
internal sealed class LatencyPanel(CompareSettings settings, IReadOnlyList<CompareRow> all)
{
    /// <summary>How far the curves go.</summary>
    private const double MostShare = 0.999;

    /// <summary>A percentile says nothing when fewer values than this are beyond it.</summary>
    private const double LeastBeyond = 3;

    private static readonly double[] Shares = [.. Enumerable.Range(0, 61).Select(i => 1 - Math.Pow(1 - MostShare, i / 60.0))];

    private readonly Scale _x = Scale.Nines(MostShare);

    private readonly Scale _y = Scale.Logarithmic(
        Math.Max(0.01, all.Min(row => row.OkLatencyMs(0) ?? 1)), all.Max(row => row.OkLatencyMs(MostShare) ?? 1));

    public IEnumerable<XElement> Draw()
    {
        int number = 0;
        foreach (IGrouping<Cell, CompareRow> cell in all.GroupBy(row => row.Cell))
        {
            var plot = new Plot(_x, _y, rightMargin: 126);
            string heading = CellLabel.Long(settings, cell.Key);
            yield return Svg.Picture(
                $"latency-{++number}",
                Plot.Width,
                Plot.Height,
                $"Latency of useful requests: {heading}",
                Describe(cell),
                plot.Frame(heading, "share of the useful requests answered within that time", "milliseconds (lower is better)"),
                Curves.Draw(plot, [.. cell.Select(Curve)]));
        }
    }

    private static Curves.Curve Curve(CompareRow row)
    {
        double fewest = row.Rounds.Min(round => round.Work.OkLatency.Count);
        (double, double)[] points = [.. from share in Shares
                                        where fewest * (1 - share) >= LeastBeyond && row.OkLatencyMs(share) is not null
                                        select (share, Math.Max(0.01, row.OkLatencyMs(share)!.Value))];
        return new Curves.Curve(row.Strategy, $"{row.Strategy.Name()} p99 {CompareColumns.Milliseconds(row.OkP99Ms)}", points);
    }

    private static string Describe(IEnumerable<CompareRow> rows) => string.Join(" ", rows.Select(row => string.Create(
        CultureInfo.InvariantCulture,
        $"{row.Strategy.Name()}: half within {CompareColumns.Milliseconds(row.OkP50Ms)} ms, 99 % within {CompareColumns.Milliseconds(row.OkP99Ms)} ms.")));
}
