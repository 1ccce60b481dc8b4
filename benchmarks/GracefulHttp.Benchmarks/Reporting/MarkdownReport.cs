using GracefulHttp.Benchmarks.Compare;

namespace GracefulHttp.Benchmarks.Reporting;

/// <summary>The table and its reading for a README.</summary>
internal static class MarkdownReport
{
    public static string Create(CompareSettings settings, MachineDescription machine, IReadOnlyList<CompareRow> rows)
    {
        TableColumn[] columns = [.. CompareColumns.OnTheWire(rows), .. CompareColumns.Cost];
        List<string> lines =
        [
            Row(["protocol", "server", "phase", "strategy", .. columns.Select(column => column.Name)]),
            Row(["---", "---", "---", "---", .. columns.Select(_ => "---:")]),
            .. rows.Select(row => Row(
            [
                row.Cell.Protocol.Name(), CellLabel.Server(settings, row.Cell), row.Cell.Phase.Name(), row.Strategy.Name(),
                .. columns.Select(column => column.Text(row)),
            ])),
            "",
            .. new CompareReading(settings, rows).Sentences().Select(sentence => $"- {Escape(sentence)}"),
            "",
            Escape(CompareColumns.Legend),
            "",
            Escape($"{machine}. {RunDescription.For(settings)}. {CountingCaption.For(rows)}"),
        ];
        return string.Join('\n', lines) + "\n";
    }

    private static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells.Select(Escape))} |";

    /// <summary>What Markdown would take for its own: a user's server may be called anything.</summary>
    private static string Escape(string text) => string.Concat(text.Select(c => @"\`*_[]<>|".Contains(c, StringComparison.Ordinal) ? $@"\{c}" : $"{c}"));
}
