using System.Xml.Linq;
using GracefulHttp.Benchmarks.Compare;

namespace GracefulHttp.Benchmarks.Reporting.Html;

/// <summary>The rows as a table, under one heading per cell.</summary>
internal sealed class HtmlTable(CompareSettings settings, IReadOnlyList<CompareRow> rows)
{
    public XElement Create(IReadOnlyList<TableColumn> columns) => new(
        "div",
        new XAttribute("class", "wide"),
        new XElement(
            "table",
            new XElement("thead", new XElement("tr", Head("col", "strategy"), columns.Select(column => Head("col", column.Name)))),
            rows.GroupBy(row => row.Cell).Select(cell => new XElement(
                "tbody",
                new XElement("tr", new XElement(
                    "th",
                    new XAttribute("scope", "rowgroup"),
                    new XAttribute("colspan", columns.Count + 1),
                    CellLabel.Long(settings, cell.Key))),
                cell.Select(row => new XElement("tr", Head("row", row.Strategy.Name()), columns.Select(column => Number(column, row))))))));

    private static XElement Head(string scope, string text) => new("th", new XAttribute("scope", scope), text);

    private static XElement Number(TableColumn column, CompareRow row) => new(
        "td",
        column.Tone?.Invoke(row) is TableTone.Bad ? new XAttribute("class", "bad") : null,
        column.Text(row));
}
