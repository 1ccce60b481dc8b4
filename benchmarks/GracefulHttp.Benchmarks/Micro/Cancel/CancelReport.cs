using System.Globalization;
using GracefulHttp.Benchmarks.Reporting;
using Spectre.Console;

namespace GracefulHttp.Benchmarks.Micro.Cancel;

/// <summary>The table of <c>micro cancel</c>, and what it says of the bound.</summary>
internal sealed class CancelReport(CancelSettings settings, IReadOnlyList<CancelRow> rows)
{
    private const string Legend =
        "From right before Cancel() to the exception in the caller's hands, which carries the caller's token. p50, p99: of a turn, in µs, "
        + "medians of the rounds; ratio: against the first client in the same round, the median; 5 to 95 %: of the rounds. 'another one' "
        + "shows what this machine cannot tell apart.";

    public void Write(IAnsiConsole console, MachineDescription machine) => MicroReport.Write(
        console,
        machine,
        FormattableString.Invariant(
            $"{settings.Rounds} rounds of {settings.Cancels} requests per client that wait at the same time and are abandoned one after the other"),
        Table(),
        Legend,
        rows.SelectMany(Sentences));

    private static string Heading(CancelRow row) => $"{row.Protocol.Name()} · {row.Phase.Title()}";

    private MicroTable Table()
    {
        var table = new MicroTable(
            ["", "p50", "", "", "p99", "", ""],
            ["client", "µs", "ratio", "5 to 95 %", "µs", "ratio", "5 to 95 %"]);
        foreach (CancelRow row in rows)
        {
            table.AddHeading(Heading(row));
            foreach (CancelCost cost in row.Costs)
            {
                table.Add([.. Cells(cost)]);
            }
        }

        return table;
    }

    private static IEnumerable<string> Cells(CancelCost cost)
    {
        bool isBase = cost.Client == MeasuredClient.Plain;
        yield return cost.Client.Title();
        yield return Text(cost.P50Microseconds, "#,0.0");
        yield return isBase ? "" : Text(cost.P50Ratio.Median, "0.000");
        yield return isBase ? "" : cost.P50Ratio.ToString();
        yield return Text(cost.P99Microseconds, "#,0.0");
        yield return isBase ? "" : Text(cost.P99Ratio.Median, "0.000");
        yield return isBase ? "" : cost.P99Ratio.ToString();
    }

    private static IEnumerable<string> Sentences(CancelRow row)
    {
        Spread again = row[MeasuredClient.PlainAgain].P99Ratio;
        foreach (MeasuredClient client in (MeasuredClient[])[MeasuredClient.Close, MeasuredClient.Drain])
        {
            double ratio = row[client].P99Ratio.Median;
            string verdict = ratio <= 1 ? "no worse than" : row.P99IsNoWorse(client) ? "not to be told from" : "WORSE than";
            yield return $"{Heading(row)}: {client.Title()} p99 × {Text(ratio, "0.000")}, {verdict} the plain client's "
                + $"(another plain client: {Text(again.Median, "0.000")}, {again}).";
        }
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
