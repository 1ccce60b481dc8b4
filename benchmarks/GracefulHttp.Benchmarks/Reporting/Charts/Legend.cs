using System.Xml.Linq;
using GracefulHttp.Benchmarks.Compare;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Reporting.Charts;

/// <summary>Which shape is which protocol, and which colour which strategy, in one line.</summary>
internal static class Legend
{
    public const double Width = Plot.Width;
    public const double Height = 26;

    private const double LetterWidth = 6.6;

    public static XElement Draw(IReadOnlyList<CompareRow> rows)
    {
        var elements = new List<XElement>();
        double x = 8;
        foreach (WireProtocol protocol in rows.Select(row => row.Cell.Protocol).Distinct())
        {
            elements.Add(Mark.Shape(x, Height / 2, protocol, "mark axis paper"));
            Name(protocol.Name(), "title");
        }

        x += 20;
        foreach (CompareStrategy strategy in rows.Select(row => row.Strategy).Distinct())
        {
            elements.Add(Svg.Line(x - 6, Height / 2, x + 8, Height / 2, $"curve {ChartTheme.Class(strategy)}"));
            x += 2;
            Name(strategy.Name(), $"name {ChartTheme.Class(strategy)}");
        }

        return Svg.Picture("legend", Width, Height, "Legend", "The shape of a mark is the protocol, its colour the strategy.", elements);

        void Name(string text, string css)
        {
            elements.Add(Svg.Text(x + 12, (Height / 2) + 4, text, css));
            x += 12 + (text.Length * LetterWidth) + 26;
        }
    }
}
