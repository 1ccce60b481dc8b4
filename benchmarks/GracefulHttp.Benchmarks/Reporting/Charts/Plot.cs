using System.Xml.Linq;

namespace GracefulHttp.Benchmarks.Reporting.Charts;

/// <summary>The frame of a chart: heading, axes, grid, and where a value is on it.</summary>
internal sealed class Plot(Scale x, Scale y, double rightMargin)
{
    public const double Width = 520;
    public const double Height = 310;

    public const double Left = 52;
    public const double Ceiling = 54;
    public const double Floor = Height - 44;

    public double Right => Width - rightMargin;

    public double X(double value) => Left + (x.Position(value) * (Right - Left));

    public double Y(double value) => Floor - (Math.Clamp(y.Position(value), 0, 1) * (Floor - Ceiling));

    public IEnumerable<XElement> Frame(string heading, string xTitle, string yTitle)
    {
        yield return Svg.Text(0, 16, heading, "heading");
        yield return Svg.Text(0, 38, yTitle, "title");
        foreach ((double value, string label) in y.Ticks)
        {
            yield return Svg.Line(Left, Y(value), Right, Y(value), "grid");
            yield return Svg.Text(Left - 8, Y(value) + 4, label, "tick", "end");
        }

        foreach ((double value, string label) in x.Ticks)
        {
            yield return Svg.Line(X(value), Floor, X(value), Floor + 4, "axis");
            yield return Svg.Text(X(value), Floor + 18, label, "tick", "middle");
        }

        yield return Svg.Line(Left, Floor, Right, Floor, "axis");
        yield return Svg.Text((Left + Right) / 2, Height - 6, xTitle, "title", "middle");
    }
}
