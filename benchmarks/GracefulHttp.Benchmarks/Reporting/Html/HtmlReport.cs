using System.Xml.Linq;
using GracefulHttp.Benchmarks.Compare;
using GracefulHttp.Benchmarks.Reporting.Charts;

namespace GracefulHttp.Benchmarks.Reporting.Html;

/// <summary>One page that needs nothing else: no script, no network. It is well-formed XML as well.</summary>
internal sealed class HtmlReport(CompareSettings settings, MachineDescription machine, IReadOnlyList<CompareRow> rows)
{
    public string Create()
    {
        XElement page = new(
            "html",
            new XAttribute("lang", "en"),
            new XElement(
                "head",
                new XElement("meta", new XAttribute("charset", "utf-8")),
                new XElement("meta", new XAttribute("name", "viewport"), new XAttribute("content", "width=device-width, initial-scale=1")),
                new XElement("title", HtmlText.Title),
                new XElement("style", ChartTheme.Css + "\n" + HtmlText.Css)),
            new XElement("body", new XElement("main", Content())));

        // HTML takes <ul/> for a list that never ends.
        foreach (XElement empty in page.Descendants().Where(element => element.IsEmpty && element.Name.Namespace == XNamespace.None && element.Name != "meta"))
        {
            empty.Value = "";
        }

        return $"<!DOCTYPE html>\n{page}\n";
    }

    private IEnumerable<object> Content()
    {
        yield return new XElement("h1", HtmlText.Title);
        foreach (XElement element in HtmlText.Introduction(settings, rows))
        {
            yield return element;
        }

        yield return new XElement("h2", "In short");
        yield return new XElement("ul", new CompareReading(settings, rows).Sentences().Select(sentence => new XElement("li", sentence)));

        yield return Chart(
            "RSTs against throughput", HtmlText.ResetChart, new ResetPanel(settings, rows).Draw(),
            ["useful req/s", "abandoned", "client RSTs", "per 1,000", "server RSTs"]);
        yield return Chart(
            "How long useful requests take", HtmlText.LatencyChart, new LatencyPanel(settings, rows).Draw(),
            ["useful req/s", "±", "p50 ms", "p99 ms", "cancel p99 ms"]);
        if (rows.Any(row => row.TypicalRound.Samples.Count > 0))
        {
            yield return Chart(
                "Connections", HtmlText.SocketChart, new SocketPanel(settings, rows).Draw(),
                ["conns opened", "TIME_WAIT", "CPU µs/useful"]);
        }

        yield return new XElement("h2", "Everything that was measured");
        yield return new HtmlTable(settings, rows).Create([.. Columns]);
        yield return new XElement("p", new XAttribute("class", "note"), CompareColumns.Legend);
        yield return new XElement("h2", "How it was measured");
        yield return new XElement("p", $"{machine}.");
        yield return new XElement("p", $"{RunDescription.For(settings)}.");
        yield return new XElement("p", CountingCaption.For(rows));
    }

    private IEnumerable<TableColumn> Columns => [.. CompareColumns.OnTheWire(rows), .. CompareColumns.Cost];

    private XElement Chart(string heading, string explanation, IEnumerable<XElement> panels, string[] numbers)
    {
        TableColumn[] columns = [.. Columns.Where(column => numbers.Contains(column.Name))];
        return new XElement(
            "section",
            new XElement("h2", heading),
            new XElement("p", explanation),
            new XElement("div", new XAttribute("class", "panels"), panels),
            new XElement("details", new XElement("summary", "The same as numbers"), new HtmlTable(settings, rows).Create(columns)));
    }
}
