using System.Text.RegularExpressions;
using System.Xml.Linq;
using GracefulHttp.Benchmarks;
using GracefulHttp.Benchmarks.Compare;
using GracefulHttp.Benchmarks.Reporting;
using GracefulHttp.Benchmarks.Reporting.Charts;
using GracefulHttp.Benchmarks.Reporting.Html;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.BenchmarkTests.Reporting;

public sealed partial class HtmlReportTests
{
    private static readonly string Page = new HtmlReport(SampleRows.Settings, SampleRows.Machine, SampleRows.All).Create();
    private static readonly XElement Document = XElement.Parse(Page[Page.IndexOf("<html", StringComparison.Ordinal)..]);

    [Fact]
    public void Create_Page_IsWellFormedForXmlAndForHtml()
    {
        Page.ShouldStartWith("<!DOCTYPE html>\n<html lang=\"en\">");

        // HTML takes <td /> for a start tag without an end.
        SelfClosed().Matches(Page).Select(match => match.Groups[1].Value).Distinct()
            .ShouldBeSubsetOf(["meta", "line", "rect", "circle", "path"]);
    }

    [Fact]
    public void Create_Page_NeedsNothingElse()
    {
        Document.Descendants().ShouldNotContain(element => element.Name.LocalName == "script" || element.Name.LocalName == "link");
        XAttribute[] attributes = [.. Document.Descendants().Attributes()];
        attributes.ShouldNotContain(attribute => attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
        attributes.ShouldNotContain(attribute => attribute.Name.LocalName == "src" || attribute.Name.LocalName == "href");
        Page.ShouldNotContain("url(");
    }

    [Fact]
    public void Create_Page_HasEveryRowWithItsNumbers()
    {
        XElement table = Document.Descendants("table").Last();

        XElement[] cells = [.. table.Elements("tbody")];
        cells.Length.ShouldBe(SampleRows.Settings.Cells.Count);
        foreach ((XElement body, Cell cell) in cells.Zip(SampleRows.Settings.Cells))
        {
            body.Elements("tr").First().Value.ShouldBe(CellLabel.Long(SampleRows.Settings, cell));
            body.Elements("tr").Skip(1).Select(row => row.Element("th")!.Value).ShouldBe(SampleRows.Settings.Strategies.Select(EnumNames.Name));
        }

        int columns = table.Descendants("tr").First().Elements().Count();
        foreach (XElement row in table.Elements("tbody").Elements("tr").Where(row => row.Elements("td").Any()))
        {
            row.Elements().Count().ShouldBe(columns);
            row.Elements("td").ShouldContain(number => number.Value == "123", "CPU");
        }
    }

    [Fact]
    public void Create_Page_TellsEveryPictureToThoseWhoDoNotSeeIt()
    {
        XElement[] pictures = [.. Document.Descendants(Svg.Namespace + "svg")];
        // Resets by phase; latencies and connections by cell.
        pictures.Length.ShouldBe(4 + (2 * SampleRows.Settings.Cells.Count));
        foreach (XElement picture in pictures)
        {
            picture.Attribute("role")!.Value.ShouldBe("img");
            string[] labels = picture.Attribute("aria-labelledby")!.Value.Split(' ');
            labels.ShouldBe([.. picture.Elements().Take(2).Select(element => element.Attribute("id")!.Value)]);
            picture.Elements().Take(2).ShouldAllBe(element => element.Value.Length > 20);
        }

        string[] ids = [.. Document.Descendants().Attributes("id").Select(id => id.Value)];
        ids.ShouldBeUnique();
        Document.Descendants("details").Count().ShouldBe(3, "a table for each kind of chart");
    }

    [Fact]
    public void Create_Page_HasAMarkForEveryStrategyAndProtocol()
    {
        XElement[] resets = [.. Document.Descendants(Svg.Namespace + "svg").Where(picture => picture.Elements().First().Value.StartsWith("RSTs", StringComparison.Ordinal))];

        foreach (XElement picture in resets)
        {
            foreach ((string shape, string strategy) in from shape in (string[])["circle", "rect", "path"]
                                                        from strategy in SampleRows.Settings.Strategies.Select(EnumNames.Name)
                                                        select (shape, strategy))
            {
                picture.Elements(Svg.Namespace + shape).Count(mark => mark.Attribute("class")!.Value == $"mark {strategy}").ShouldBe(1);
            }
        }
    }

    [Fact]
    public void Create_Page_ExplainsItselfInLightAndDark()
    {
        string text = Document.Element("body")!.Value;

        text.ShouldContain("With an RST, a reset, it tells the other to forget the connection at once.");
        text.ShouldContain("CPU <1> & more");
        Document.Descendants("style").Single().Value.ShouldContain("@media (prefers-color-scheme: dark)");
    }

    [Fact]
    public void Create_EmbeddedServers_ExplainsEachTermThatIsThere()
    {
        Cell[] cells = [.. SampleRows.Settings.Cells, new Cell(WireProtocol.Http, ServerKind.Blind, RequestPhase.Body)];

        Terms(SampleRows.Settings, cells).ShouldBe(["http", "https", "h2", "Kestrel", "FIN-blind server", "closed while idle"]);
    }

    [Fact]
    public void Create_OwnServer_SpeaksOfNoOther()
    {
        CompareSettings settings = SampleRows.Settings with { Target = new Uri("https://backend:8443/") };
        Cell[] cells = [new Cell(WireProtocol.Https, Server: null, RequestPhase.Headers)];

        Terms(settings, cells).ShouldBe(["https", "backend:8443"]);
        string page = new HtmlReport(settings, SampleRows.Machine, [SampleRows.Row(cells[0])]).Create();
        page.ShouldNotContain("Kestrel");
        page.ShouldNotContain("FIN-blind");
    }

    [Fact]
    public void Create_FailureWithControlCharacters_ShowsThemEscaped()
    {
        CompareRow failed = SampleRows.Row(failure: "invalid status line: '\u0001\u001b[31m\ud800\\'");

        new HtmlReport(SampleRows.Settings, SampleRows.Machine, [failed]).Create().ShouldContain(@"invalid status line: '\x01\x1b[31m\xd800\\'");
    }

    private static string[] Terms(CompareSettings settings, Cell[] cells)
    {
        string page = new HtmlReport(settings, SampleRows.Machine, [.. cells.Select(cell => SampleRows.Row(cell))]).Create();
        XElement terms = XElement.Parse(page[page.IndexOf("<html", StringComparison.Ordinal)..]).Descendants("dl").ElementAt(1);
        terms.Elements("dd").ShouldAllBe(meaning => meaning.Value.Length > 40);
        return [.. terms.Elements("dt").Select(term => term.Value)];
    }

    [Fact]
    public void ResetChartFile_AlonePicture_BringsItsColours()
    {
        XElement picture = ResetChartFile.Create(SampleRows.Settings, SampleRows.All);

        picture.Elements(Svg.Namespace + "style").Single().Value.ShouldContain("prefers-color-scheme: dark");
        picture.Elements(Svg.Namespace + "svg").Count().ShouldBe(1 + 4, "legend and phases");
        picture.ToString().ShouldStartWith("<svg");
    }

    [GeneratedRegex("<([a-z]+)[^<>]*/>")]
    private static partial Regex SelfClosed();
}
