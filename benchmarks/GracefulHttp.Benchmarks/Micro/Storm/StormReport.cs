using System.Globalization;
using GracefulHttp.Benchmarks.Reporting;
using Spectre.Console;

namespace GracefulHttp.Benchmarks.Micro.Storm;

/// <summary>The table of <c>micro storm</c>, and what it says of the bounds.</summary>
internal sealed class StormReport(StormSettings settings, IReadOnlyList<StormRow> rows)
{
    /// <summary>Of the value without the storm.</summary>
    private const double MostP99 = 2;

    private const string Legend =
        "abandoned: requests whose caller left; answered: requests beside them that nobody abandons; failed: requests of both kinds that ended "
        + "in any other way; connections, resets: opened and RST_STREAM frames sent in the storm, counted by the server. alone, beside the storm: "
        + "latency of the answered requests in ms, medians of the rounds; ratio: p99 beside the storm against that without it in the same "
        + "round, the median; 5 to 95 %: of the rounds.";

    public void Write(IAnsiConsole console, MachineDescription machine) => MicroReport.Write(
        console,
        machine,
        string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/2, {settings.Rounds} rounds of {settings.TurnTime.TotalSeconds:0.#} s per client without and with the storm: {settings.CancelsPerSecond} requests/s abandoned after {StormSettings.CallerTimeout.TotalMilliseconds:0} ms, on which the server works {StormSettings.WorkTime.TotalSeconds:0.#} s all the same, beside {settings.LivePerSecond}/s that are not"),
        Table(),
        Legend,
        rows.Select(Sentence));

    private MicroTable Table()
    {
        var table = new MicroTable(
            ["", "", "", "", "failed", "", "", "alone", "", "beside", "", "p99", ""],
            ["client", "abandoned", "answered", "failed", "%", "connections", "resets", "p50", "p99", "p50", "p99", "ratio", "5 to 95 %"]);
        foreach (StormRow row in rows)
        {
            table.Add(
                row.Client.Title(),
                Text(row.Abandoned, "#,0"),
                Text(row.Answered, "#,0"),
                Text(row.Failed, "#,0"),
                Text(row.FailedShare * 100, "0.0"),
                Text(row.ConnectionsOpened, "#,0"),
                Text(row.StreamResets, "#,0"),
                Text(row.AloneP50Ms, "0.00"),
                Text(row.AloneP99Ms, "0.00"),
                Text(row.BesideP50Ms, "0.00"),
                Text(row.BesideP99Ms, "0.00"),
                Text(row.P99Ratio?.Median, "0.00"),
                row.P99Ratio?.ToString() ?? "");
        }

        return table;
    }

    private static string Sentence(StormRow row)
    {
        string latency = row.P99Ratio is { } ratio
            ? $"p99 of the requests that are not abandoned × {Text(ratio.Median, "0.00")} of its value without the storm"
            : "no request was answered";
        string why = row.FirstFailure is { } failure ? $", the first: {failure}" : "";
        if (row.Client == MeasuredClient.Plain)
        {
            return $"{row.Client.Title()}: {Text(row.FailedShare * 100, "0.0")} % of the requests failed{why}; {latency}.";
        }

        string failed = row.Failed == 0 ? "none failed" : $"{Text(row.Failed, "#,0")} FAILED (bound: 0){why}";
        failed += row.FailedAlone > 0 ? $", without the storm {Text(row.FailedAlone, "#,0")} FAILED" : "";
        return $"{row.Client.Title()}: of {Text(row.Requests, "#,0")} requests {failed}; {latency} "
            + $"({(row.P99Ratio?.Median < MostP99 ? "bound" : "OVER THE BOUND")}: {Text(MostP99, "0.00")}).";
    }

    private static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";
}
