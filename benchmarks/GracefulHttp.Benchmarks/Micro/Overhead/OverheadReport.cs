using System.Globalization;
using GracefulHttp.Benchmarks.Reporting;
using Spectre.Console;

namespace GracefulHttp.Benchmarks.Micro.Overhead;

/// <summary>The table of <c>micro overhead</c>, and what it says of the bounds.</summary>
internal sealed class OverheadReport(OverheadSettings settings, IReadOnlyList<OverheadRow> rows)
{
    // What a request that is not abandoned may cost.
    private const double MostBytes = 960;

    // No object is smaller, so that less per request means that no request has one of its own.
    private const double SmallestObject = 24;
    private const double MostDownloadCpu = 1.05;

    private const string Signed = "+#,0.0;-#,0.0;0.0";

    private const string Legend =
        "bytes: managed bytes allocated per request, counted exactly, the median of the rounds; more: over the first handler; mean: the same of "
        + "the means, with what else was allocated meanwhile. µs, CPU: per request, medians of the rounds; CPU is the client process's. "
        + "ratio: against the first handler in the same round, the median; 5 to 95 %: of the rounds. 'another one' shows what this machine "
        + "cannot tell apart.";

    public void Write(IAnsiConsole console, MachineDescription machine) => MicroReport.Write(
        console,
        machine,
        FormattableString.Invariant(
            $"{settings.Rounds} rounds of {settings.Requests} small or {settings.Downloads} large requests per handler, one after the other on one connection each; none abandoned"),
        Table(),
        Legend,
        rows.SelectMany(Sentences));

    private static string Heading(OverheadRow row) => $"{row.Protocol.Name()} · {row.Call.Title()}";

    private MicroTable Table()
    {
        var table = new MicroTable(
            ["", "", "", "more,", "", "time", "", "", "CPU", ""],
            ["handler", "bytes", "more", "mean", "µs", "ratio", "5 to 95 %", "CPU µs", "ratio", "5 to 95 %"]);
        foreach (OverheadRow row in rows)
        {
            table.AddHeading(Heading(row));
            foreach (HandlerCost cost in row.Costs)
            {
                table.Add([.. Cells(row, cost)]);
            }
        }

        return table;
    }

    private static IEnumerable<string> Cells(OverheadRow row, HandlerCost cost)
    {
        bool isBase = cost.Handler == MeasuredHandler.Bare;
        yield return cost.Handler.Title();
        yield return Text(cost.Bytes, "#,0");
        yield return isBase ? "" : Text(row.MoreBytes(cost.Handler), Signed);
        yield return isBase ? "" : Text(row.MoreMeanBytes(cost.Handler), Signed);
        yield return Text(cost.Microseconds, "#,0.0");
        yield return isBase ? "" : Text(cost.TimeRatio.Median, "0.000");
        yield return isBase ? "" : cost.TimeRatio.ToString();
        yield return Text(cost.CpuMicroseconds, "#,0.0");
        yield return isBase ? "" : Text(cost.CpuRatio.Median, "0.000");
        yield return isBase ? "" : cost.CpuRatio.ToString();
    }

    private static IEnumerable<string> Sentences(OverheadRow row)
    {
        if (row.Call == MeasuredCall.Download)
        {
            yield return $"{Heading(row)}: {Cpu(row, MeasuredHandler.Transport)}; {Cpu(row, MeasuredHandler.Both)}.";
            yield break;
        }

        yield return $"{Heading(row)}: UseGracefulClose allocates {NoObject(row)}, {Time(row, MeasuredHandler.Transport)}.";
        yield return $"{Heading(row)}: GracefulHttpHandler allocates {MoreBytes(row)}, {Time(row, MeasuredHandler.Both)}.";
    }

    private static string NoObject(OverheadRow row)
    {
        double more = row.MoreBytes(MeasuredHandler.Transport);
        return more < SmallestObject ? $"nothing per request ({Text(more, Signed)} bytes)" : $"{Text(more, Signed)} bytes per request (OVER THE BOUND: 0)";
    }

    private static string MoreBytes(OverheadRow row)
    {
        double more = row.MoreBytes(MeasuredHandler.Both);
        return $"{Text(more, "#,0")} bytes more ({(more <= MostBytes ? "bound" : "OVER THE BOUND")}: {Text(MostBytes, "#,0")})";
    }

    private static string Time(OverheadRow row, MeasuredHandler handler) =>
        $"time × {Text(row[handler].TimeRatio.Median, "0.000")}, {(row.TimeIsInsideSpread(handler) ? "inside" : "OUTSIDE")} bare against bare "
        + $"(median {Text(row[MeasuredHandler.BareAgain].TimeRatio.Median, "0.000")}, {row[MeasuredHandler.BareAgain].TimeRatio})";

    private static string Cpu(OverheadRow row, MeasuredHandler handler)
    {
        double ratio = row[handler].CpuRatio.Median;
        return $"{handler.Title()} CPU × {Text(ratio, "0.000")} ({(ratio <= MostDownloadCpu ? "bound" : "OVER THE BOUND")}: {Text(MostDownloadCpu, "0.00")})";
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
