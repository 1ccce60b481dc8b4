using System.Globalization;
using GracefulHttp.Benchmarks.Reporting;
using Spectre.Console;

namespace GracefulHttp.Benchmarks.Micro.Bench;

/// <summary>The table of <c>micro bench</c>.</summary>
internal sealed class BenchReport(BenchSettings settings, IReadOnlyList<BenchRow> rows)
{
    private const string Legend =
        "Measured by BenchmarkDotNet in this process; the servers are in another. time: per operation, the mean; deviation: its standard "
        + "deviation; ratio: against the first of the group; bytes: managed bytes allocated per operation; RST/op: RST segments that this "
        + "network namespace sent per operation, by the kernel's count.";

    public void Write(IAnsiConsole console, MachineDescription machine) => MicroReport.Write(
        console,
        machine,
        settings.IsDry ? "each benchmark once: the times say nothing" : "BenchmarkDotNet, one operation after the other",
        Table(),
        Legend,
        []);

    private MicroTable Table()
    {
        var table = new MicroTable(["", "time", "deviation", "", "", ""], ["", "µs", "µs", "ratio", "bytes", "RST/op"]);
        foreach (IGrouping<string, BenchRow> group in rows.GroupBy(row => row.Group))
        {
            table.AddHeading(group.Key);
            foreach (BenchRow row in group)
            {
                table.Add(
                    row.Benchmark,
                    Text(row.Nanoseconds / 1000, "#,0.00"),
                    Text(row.Deviation / 1000, "#,0.00"),
                    Text(row.Ratio, "0.000"),
                    Text(row.Bytes, "#,0"),
                    Text(row.ResetsPerOperation, "#,0.00"));
            }
        }

        return table;
    }

    private static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";
}
