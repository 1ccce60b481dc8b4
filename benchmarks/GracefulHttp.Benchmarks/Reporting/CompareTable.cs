using System.Text;
using GracefulHttp.Benchmarks.Compare;
using Spectre.Console;

namespace GracefulHttp.Benchmarks.Reporting;

/// <summary>The rows, under one heading per cell. A line of its own for the heading keeps the table inside 120 columns.</summary>
internal sealed class CompareTable(CompareSettings settings, IReadOnlyList<CompareRow> rows)
{
    private const string Gap = "  ";

    /// <summary>Writes one table, or two where one does not fit into the console.</summary>
    public void Write(IAnsiConsole console)
    {
        TableColumn[] wire = [.. CompareColumns.OnTheWire(rows)];
        TableColumn[] all = [CompareColumns.Strategy, .. wire, .. CompareColumns.Cost];
        if (Widths(all).Sum() + (Gap.Length * (all.Length - 1)) <= console.Profile.Width)
        {
            Write(console, all);
            return;
        }

        Write(console, [CompareColumns.Strategy, .. wire]);
        console.WriteLine();
        Write(console, [CompareColumns.Strategy, wire[0], .. CompareColumns.Cost]);
    }

    private void Write(IAnsiConsole console, TableColumn[] columns)
    {
        int[] widths = Widths(columns);
        console.MarkupLine($"[bold]{Head(columns, widths, column => column.Top)}[/]");
        console.MarkupLine($"[bold]{Head(columns, widths, column => column.Bottom)}[/]");
        int width = widths.Sum() + (Gap.Length * (columns.Length - 1));
        foreach (IGrouping<Cell, CompareRow> group in rows.GroupBy(row => row.Cell))
        {
            string heading = CellLabel.Long(settings, group.Key);
            console.MarkupLine($"[bold]{Markup.Escape(heading)}[/] [dim]{new string('─', Math.Max(1, width - heading.Length - 1))}[/]");
            foreach (CompareRow row in group)
            {
                console.MarkupLine(Line(row, columns, widths));
            }
        }
    }

    private int[] Widths(TableColumn[] columns) =>
        [.. columns.Select(column => rows.Select(row => column.Text(row).Length).Append(column.Top.Length).Append(column.Bottom.Length).Max())];

    private static string Head(TableColumn[] columns, int[] widths, Func<TableColumn, string> text)
    {
        var line = new StringBuilder(text(columns[0]).PadRight(widths[0]));
        for (int i = 1; i < columns.Length; i++)
        {
            line.Append(Gap).Append(text(columns[i]).PadLeft(widths[i]));
        }

        return Markup.Escape(line.ToString());
    }

    private static string Line(CompareRow row, TableColumn[] columns, int[] widths)
    {
        var line = new StringBuilder(Markup.Escape(columns[0].Text(row).PadRight(widths[0])));
        for (int i = 1; i < columns.Length; i++)
        {
            string text = Markup.Escape(columns[i].Text(row).PadLeft(widths[i]));
            line.Append(Gap).Append((columns[i].Tone?.Invoke(row) ?? TableTone.Plain) switch
            {
                TableTone.Good => $"[green]{text}[/]",
                TableTone.Bad => $"[red bold]{text}[/]",
                _ => text,
            });
        }

        return line.ToString();
    }
}
