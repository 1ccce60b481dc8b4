using System.Xml.Linq;
using GracefulHttp.Benchmarks.Compare;

namespace GracefulHttp.Benchmarks.Reporting.Charts;

/// <summary>Curves whose names stand at their right ends, one line each.</summary>
internal static class Curves
{
    private const double Gap = 8;

    public static IEnumerable<XElement> Draw(Plot plot, IReadOnlyList<Curve> curves)
    {
        Curve[] named = [.. curves.Where(curve => curve.Name is not null && curve.Points.Count > 0)];
        double[] lines = LabelLayout.Column([.. named.Select(curve => plot.Y(curve.Points[^1].Y) + 4)], Plot.Ceiling + 4, Plot.Floor + 2);
        foreach (Curve curve in curves.Where(curve => curve.Points.Count > 0))
        {
            string css = $"curve {ChartTheme.Class(curve.Strategy)}{(curve.IsWaiting ? " waiting" : "")}";
            yield return Svg.Path(curve.Points.Select(point => (plot.X(point.X), plot.Y(point.Y))), css);
        }

        foreach ((Curve curve, double line) in named.Zip(lines))
        {
            (double x, double y) = curve.Points[^1];
            double end = plot.X(x) + 2;
            if (Math.Abs(plot.Y(y) + 4 - line) > 3)
            {
                yield return Svg.Line(end, plot.Y(y), plot.Right + Gap - 2, line - 4, "leader");
            }

            yield return Svg.Text(plot.Right + Gap, line, curve.Name!, $"name {ChartTheme.Class(curve.Strategy)}");
        }
    }

    /// <param name="Strategy">Whose it is.</param>
    /// <param name="Name">What stands at its end; null for a second curve of the same.</param>
    /// <param name="Points">From left to right.</param>
    /// <param name="IsWaiting">Whether it is of ports in TIME_WAIT.</param>
    internal sealed record Curve(CompareStrategy Strategy, string? Name, IReadOnlyList<(double X, double Y)> Points, bool IsWaiting = false);
}
