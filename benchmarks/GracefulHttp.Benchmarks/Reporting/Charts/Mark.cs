using System.Xml.Linq;
using GracefulHttp.Benchmarks.Compare;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Reporting.Charts;

/// <summary>A strategy with a protocol: the colour says the one, the shape the other.</summary>
internal static class Mark
{
    public const double Size = 6;

    public static XElement At(double x, double y, CompareStrategy strategy, WireProtocol protocol) =>
        Shape(x, y, protocol, $"mark {ChartTheme.Class(strategy)}");

    public static XElement Shape(double x, double y, WireProtocol protocol, string css) => protocol switch
    {
        WireProtocol.Http => Svg.Circle(x, y, Size, css),
        WireProtocol.Https => Svg.Rectangle(x - Size + 0.5, y - Size + 0.5, (2 * Size) - 1, (2 * Size) - 1, css),
        _ => Svg.Path([(x, y - Size - 1), (x + Size + 1, y + Size - 1), (x - Size - 1, y + Size - 1)], css, isClosed: true),
    };

    public static string ShapeName(WireProtocol protocol) => protocol switch
    {
        WireProtocol.Http => "circle",
        WireProtocol.Https => "square",
        _ => "triangle",
    };
}
