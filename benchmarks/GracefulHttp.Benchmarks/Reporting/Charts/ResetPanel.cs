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
        var plot = new Plot(_x, _y, rightMargin: 76);
        var layout = new LabelLayout(new Box(Plot.Left + 2, Plot.Ceiling - 8, Plot.Width, Plot.Floor - 2));
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
            rows.OrderByDescending(X).SelectMany(row => Label(row, layout)));

        double X(CompareRow row) => plot.X(row.OkPerSecond.Median);
        double Y(CompareRow row) => plot.Y(row.ResetsPerThousand!.Value);

        IEnumerable<XElement> Label(CompareRow row, LabelLayout labels)
        {
            string text = $"{row.Strategy.Name()} {row.Cell.Protocol.Name()}";
            Box place = labels.Place(X(row), Y(row), text);
            if (Y(row) - place.Bottom > 2 * Mark.Size)
            {
                yield return Svg.Line(X(row), place.Bottom, X(row), Y(row) - Mark.Size - 1, "leader");
            }

            yield return Svg.Text(place.Left, place.Bottom - 3, text, $"name {ChartTheme.Class(row.Strategy)}");
        }
    }

    private static string Describe(IEnumerable<CompareRow> rows) => string.Join(" ", rows.Select(row => string.Create(
        CultureInfo.InvariantCulture,
        $"{row.Strategy.Name()} over {row.Cell.Protocol.Name()} ({Mark.ShapeName(row.Cell.Protocol)}): {row.OkPerSecond.Median:#,0} useful requests per second, {row.ResetsPerThousand:#,0} RSTs per 1,000.")));
}
