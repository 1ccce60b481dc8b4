using System.Text;
using Spectre.Console;

namespace GracefulHttp.Benchmarks.Micro;

/// <summary>Rows of text under headings, aligned to the right but for the first column.</summary>
internal sealed class MicroTable(string[] top, string[] bottom)
{
    private const string Gap = "  ";

    private readonly List<(string? Heading, string[] Cells)> _rows = [];

    public void AddHeading(string heading) => _rows.Add((heading, []));

    public void Add(params string[] cells) => _rows.Add((null, cells));

    public void Write(IAnsiConsole console)
    {
        int[] widths = [.. Enumerable.Range(0, top.Length).Select(Width)];
        int width = widths.Sum() + (Gap.Length * (widths.Length - 1));
        console.MarkupLine($"[bold]{Line(top, widths)}[/]");
        console.MarkupLine($"[bold]{Line(bottom, widths)}[/]");
        foreach ((string? heading, string[] cells) in _rows)
        {
            console.MarkupLine(heading is null
                ? Line(cells, widths)
                : $"[bold]{Markup.Escape(heading)}[/] [dim]{new string('─', Math.Max(1, width - heading.Length - 1))}[/]");
        }
    }

    private int Width(int column) => _rows
        .Where(row => row.Heading is null)
        .Select(row => row.Cells[column].Length)
        .Append(top[column].Length)
        .Append(bottom[column].Length)
        .Max();

    private static string Line(string[] cells, int[] widths)
    {
        var line = new StringBuilder(cells[0].PadRight(widths[0]));
        for (int i = 1; i < cells.Length; i++)
        {
            line.Append(Gap).Append(cells[i].PadLeft(widths[i]));
        }

        return Markup.Escape(line.ToString().TrimEnd());
    }
}
