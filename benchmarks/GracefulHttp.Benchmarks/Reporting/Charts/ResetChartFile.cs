using System.Globalization;
using System.Xml.Linq;
using GracefulHttp.Benchmarks.Compare;

namespace GracefulHttp.Benchmarks.Reporting.Charts;

/// <summary>The chart of RSTs against throughput as a picture of its own, for READMEs.</summary>
internal static class ResetChartFile
{
    private const int Columns = 2;
    private const double Margin = 20;

    public static XElement Create(CompareSettings settings, IReadOnlyList<CompareRow> rows)
    {
        XElement[] panels = [.. new ResetPanel(settings, rows).Draw()];
        int columns = Math.Min(Columns, panels.Length);
        int lines = (panels.Length + columns - 1) / columns;
        double width = Margin + (columns * (Plot.Width + Margin));
        double height = Margin + Legend.Height + (lines * (Plot.Height + Margin));
        for (int i = 0; i < panels.Length; i++)
        {
            Put(panels[i], Margin + (i % columns * (Plot.Width + Margin)), Legend.Height + Margin + (i / columns * (Plot.Height + Margin)), Plot.Width, Plot.Height);
        }

        XElement legend = Legend.Draw(rows);
        Put(legend, Margin, Margin / 2, Legend.Width, Legend.Height);
        XElement picture = Svg.Picture(
            "chart",
            width,
            height,
            "RSTs against useful throughput",
            "One panel per server and place where requests are abandoned, one mark per strategy and protocol.",
            // On a page of any colour: a picture brings its own.
            Svg.Rectangle(0, 0, width, height, "paper"),
            legend,
            panels);
        picture.AddFirst(new XElement(Svg.Namespace + "style", ChartTheme.Css));
        picture.SetAttributeValue("width", width);
        picture.SetAttributeValue("height", height);
        return picture;
    }

    private static void Put(XElement picture, double x, double y, double width, double height)
    {
        foreach ((string name, double value) in ((string, double)[])[("x", x), ("y", y), ("width", width), ("height", height)])
        {
            picture.SetAttributeValue(name, value.ToString(CultureInfo.InvariantCulture));
        }
    }
}
