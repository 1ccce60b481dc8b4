using System.Globalization;
using System.Xml.Linq;
using GracefulHttp.Benchmarks.Compare;

namespace GracefulHttp.Benchmarks.Reporting.Charts;

/// <summary>RSTs against throughput, of one server and phase: a mark per strategy and protocol.</summary>
internal sealed class ResetPanel(CompareSettings settings, IReadOnlyList<CompareRow> all)
{
    private readonly Scale _x = Scale.Linear(all.Max(row => row.OkPerSecond.Median) * 1.02);
    private readonly Scale _y = Scale.Linear(Math.Max(1000, all.Max(row => row.ResetsPerThousand ?? 0)));

    public IEnumerable<XElement> Draw()
    {
        int number = 0;
        foreach (IGrouping<(string Server, RequestPhase Phase), CompareRow> panel in all.GroupBy(
            row => (Server: CellLabel.ServerInWords(settings, row.Cell), row.Cell.Phase)))
        {
            yield return Draw($"resets-{++number}", panel.Key.Server, panel.Key.Phase, [.. panel.Where(row => row.ResetsPerThousand is not null)]);
        }
    }

    private XElement Draw(string id, string server, RequestPhase phase, IReadOnlyList<CompareRow> rows)
    {
        var plot = new Plot(_x, _y, rightMargin: 16);
        var layout = new LabelLayout(new Box(Plot.Left + 2, Plot.Ceiling - 8, Plot.Width, Plot.Floor + 4));
        foreach (CompareRow row in rows)
        {
            layout.Take(Box.Around(X(row), Y(row), Mark.Size + 1));
        }

        string heading = $"{server} · {CellLabel.PhaseInWords(phase)}";
        string kind = phase == RequestPhase.IdleClose ? "RSTs per 1,000 connections closed" : "RSTs per 1,000 abandoned requests";
        return Svg.Picture(
            id,
            Plot.Width,
            Plot.Height,
            $"{kind} against useful requests per second: {heading}",
            Describe(rows),
            plot.Frame(heading, "useful requests per second (further right is better)", $"{kind} (lower is better)"),
            rows.Select(row => Mark.At(X(row), Y(row), row.Strategy, row.Cell.Protocol)),
            // From the right: there it is most crowded, and the last ones find room on the left.
            rows.OrderByDescending(X).SelectMany(row => Label(row, layout)));

        double X(CompareRow row) => plot.X(row.OkPerSecond.Median);
        double Y(CompareRow row) => plot.Y(row.ResetsPerThousand!.Value);

        IEnumerable<XElement> Label(CompareRow row, LabelLayout labels)
        {
            string text = $"{row.Strategy.Name()} {row.Cell.Protocol.Name()}";
            Box place = labels.Place(X(row), Y(row), text);
            double middle = (place.Left + place.Right) / 2;
            double bottom = place.Bottom - 3;
            if (Math.Abs(bottom - 4 - Y(row)) > 1)
            {
                yield return Svg.Line(middle, bottom + 1, X(row), Y(row) - Mark.Size - 2, "leader");
            }

            yield return Svg.Text(middle, bottom, text, $"name {ChartTheme.Class(row.Strategy)}", "middle");
        }
    }

    private static string Describe(IEnumerable<CompareRow> rows) => string.Join(" ", rows.Select(row => string.Create(
        CultureInfo.InvariantCulture,
        $"{row.Strategy.Name()} over {row.Cell.Protocol.Name()} ({Mark.ShapeName(row.Cell.Protocol)}): {row.OkPerSecond.Median:#,0} useful requests per second, {row.ResetsPerThousand:#,0} RSTs per 1,000.")));
}
