using System.Globalization;
using GracefulHttp.Benchmarks.Reporting;
using GracefulHttp.Benchmarks.Servers;
using Spectre.Console;

namespace GracefulHttp.Benchmarks.Micro.Tail;

/// <summary>The table of <c>micro tail</c>, and what it says.</summary>
internal sealed class TailReport(TailSettings settings, IReadOnlyList<TailRow> rows, HangingLoser? loser)
{
    private const string Legend =
        "p50, p99, p99.9: of the calls, until the whole answer is there. extra requests, RSTs, connections: per 1,000 calls; RSTs are the "
        + "client's, until its last connection has ended. failed: calls that had no answer after all attempts.";

    public void Write(IAnsiConsole console, MachineDescription machine)
    {
        console.WriteLine(machine.ToString());
        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{settings.Calls:#,0} calls by {settings.Workers} workers; {settings.SlowShare * 100:0.##} % of all answers {settings.SlowDelay.TotalMilliseconds:0} ms late; attempt time-out and hedging delay {settings.AttemptTimeout.TotalMilliseconds:0} ms; FIN-blind server"));
        console.WriteLine();
        Table().Write(console);
        console.WriteLine();
        foreach (string line in TextWrapping.Wrap(Legend, console.Profile.Width))
        {
            console.MarkupLine($"[dim]{Markup.Escape(line)}[/]");
        }

        if (loser is not null)
        {
            console.WriteLine();
            foreach (string line in TextWrapping.Wrap(Sentence(loser), console.Profile.Width))
            {
                console.WriteLine(line);
            }
        }
    }

    private static string Sentence(HangingLoser loser) => string.Create(
        CultureInfo.InvariantCulture,
        $"- Polly hedging over GracefulHttpHandler, {loser.Calls} calls in turn: median {loser.WithMs:0.00} ms with a loser that hangs, {loser.WithoutMs:0.00} ms without one; ratio {loser.Ratio:0.000}.");

    private MicroTable Table()
    {
        var table = new MicroTable(
            ["", "p50", "p99", "p99.9", "extra", "", "", ""],
            ["client", "ms", "ms", "ms", "requests", "RSTs", "connections", "failed"]);
        foreach (IGrouping<WireProtocol, TailRow> protocol in rows.GroupBy(row => row.Protocol))
        {
            table.AddHeading(protocol.Key.Name());
            foreach (TailRow row in protocol)
            {
                table.Add(
                    row.Client.Title(),
                    Text(row.P50Ms, "#,0.00"),
                    Text(row.P99Ms, "#,0.00"),
                    Text(row.P999Ms, "#,0.00"),
                    Text(row.PerThousand(row.ExtraRequests), "#,0.0"),
                    Text(row.PerThousand(row.Resets), "#,0.0"),
                    Text(row.PerThousand(row.Connections), "#,0.0"),
                    Text(row.Failed, "#,0"));
            }
        }

        return table;
    }

    private static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "?";
}
