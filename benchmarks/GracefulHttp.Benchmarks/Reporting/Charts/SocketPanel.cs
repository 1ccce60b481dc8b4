using System.Globalization;
using System.Xml.Linq;
using GracefulHttp.Benchmarks.Compare;
using GracefulHttp.Benchmarks.Counting;

namespace GracefulHttp.Benchmarks.Reporting.Charts;

/// <summary>Connections opened and ports in TIME_WAIT while a cell was measured: two curves per strategy.</summary>
internal sealed class SocketPanel(CompareSettings settings, IReadOnlyList<CompareRow> all)
{
    private readonly Scale _x = Scale.Linear(all.SelectMany(row => row.TypicalRound.Samples).Select(sample => sample.Seconds).DefaultIfEmpty(1).Max());

    private readonly Scale _y = Scale.Linear(
        all.SelectMany(row => row.TypicalRound.Samples).Select(sample => Math.Max(sample.ConnectionsOpened, sample.TimeWait ?? 0)).Append(10).Max());

    public IEnumerable<XElement> Draw()
    {
        int number = 0;
        foreach (IGrouping<Cell, CompareRow> cell in all.Where(row => row.TypicalRound.Samples.Count > 0).GroupBy(row => row.Cell))
        {
            var plot = new Plot(_x, _y, rightMargin: 146);
            string heading = CellLabel.Long(settings, cell.Key);
            yield return Svg.Picture(
                $"sockets-{++number}",
                Plot.Width,
                Plot.Height,
                $"Connections opened and ports in TIME_WAIT: {heading}",
                string.Join(" ", cell.Select(Describe)),
                plot.Frame(heading, "seconds", "connections opened (line) and ports in TIME_WAIT (dashed), so far"),
                Curves.Draw(plot, [.. cell.SelectMany(CurvesOf)]));
        }
    }

    private static IEnumerable<Curves.Curve> CurvesOf(CompareRow row)
    {
        IReadOnlyList<SocketSample> samples = row.TypicalRound.Samples;
        yield return new Curves.Curve(
            row.Strategy,
            string.Create(CultureInfo.InvariantCulture, $"{row.Strategy.Name()} {samples[^1].ConnectionsOpened:#,0} opened"),
            [.. samples.Select(sample => (sample.Seconds, (double)sample.ConnectionsOpened))]);
        yield return new Curves.Curve(
            row.Strategy,
            Name: null,
            [.. samples.Where(sample => sample.TimeWait is not null).Select(sample => (sample.Seconds, (double)sample.TimeWait!.Value))],
            IsWaiting: true);
    }

    private static string Describe(CompareRow row)
    {
        SocketSample last = row.TypicalRound.Samples[^1];
        string waiting = last.TimeWait is { } ports ? string.Create(CultureInfo.InvariantCulture, $", {ports:#,0} ports left in TIME_WAIT") : "";
        return string.Create(
            CultureInfo.InvariantCulture, $"{row.Strategy.Name()}: {last.ConnectionsOpened:#,0} connections opened{waiting} in {last.Seconds:0.0} s.");
    }
}
