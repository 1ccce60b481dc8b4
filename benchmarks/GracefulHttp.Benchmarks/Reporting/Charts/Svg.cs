using System.Globalization;
using System.Xml.Linq;

namespace GracefulHttp.Benchmarks.Reporting.Charts;

/// <summary>The few elements of SVG that the charts are made of.</summary>
internal static class Svg
{
    public static XNamespace Namespace { get; } = "http://www.w3.org/2000/svg";

    /// <summary>A picture that a screen reader can tell: its title, and what is to be seen on it.</summary>
    public static XElement Picture(string id, double width, double height, string title, string description, params object?[] content) => new(
        Namespace + "svg",
        new XAttribute("viewBox", $"0 0 {Number(width)} {Number(height)}"),
        new XAttribute("role", "img"),
        new XAttribute("aria-labelledby", $"{id}-title {id}-desc"),
        new XElement(Namespace + "title", new XAttribute("id", $"{id}-title"), title),
        new XElement(Namespace + "desc", new XAttribute("id", $"{id}-desc"), description),
        content);

    public static XElement Text(double x, double y, string text, string css, string anchor = "start") => new(
        Namespace + "text", At("x", x), At("y", y), new XAttribute("class", css), new XAttribute("text-anchor", anchor), text);

    public static XElement Line(double x1, double y1, double x2, double y2, string css) => new(
        Namespace + "line", At("x1", x1), At("y1", y1), At("x2", x2), At("y2", y2), new XAttribute("class", css));

    public static XElement Rectangle(double x, double y, double width, double height, string css) => new(
        Namespace + "rect", At("x", x), At("y", y), At("width", width), At("height", height), new XAttribute("class", css));

    public static XElement Circle(double x, double y, double radius, string css) => new(
        Namespace + "circle", At("cx", x), At("cy", y), At("r", radius), new XAttribute("class", css));

    public static XElement Path(IEnumerable<(double X, double Y)> points, string css, bool isClosed = false) => new(
        Namespace + "path",
        new XAttribute("class", css),
        new XAttribute("d", $"M{string.Join(" L", points.Select(point => $"{Number(point.X)},{Number(point.Y)}"))}{(isClosed ? " Z" : "")}"));

    private static XAttribute At(string name, double value) => new(name, Number(value));

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
