using System.Globalization;
using GracefulHttp.Benchmarks.Reporting;
using Spectre.Console;

namespace GracefulHttp.Benchmarks.Micro.Linger;

/// <summary>The table of <c>micro linger</c>, and what it says of the bounds.</summary>
internal sealed class LingerReport(LingerSettings settings, IReadOnlyList<LingerRow> rows)
{
    private const double MostHttpBytes = 2 * 1024;
    private const double MostHttpsBytes = 6 * 1024;

    private const string Legend =
        "managed: live bytes after full collections; per connection: what is more than before the first request, divided by the connections; "
        + "threads: of the process; sockets: its descriptors of sockets; FIN sent: sockets that have sent their FIN and wait for the "
        + "server's, or that the kernel keeps in that state after the process has closed them.";

    public void Write(IAnsiConsole console, MachineDescription machine) => MicroReport.Write(
        console,
        machine,
        string.Create(
            CultureInfo.InvariantCulture,
            $"{settings.Connections:#,0} connections, all requests abandoned at once, linger time-out {settings.LingerTimeout.TotalSeconds:0.#} s; the server neither answers nor closes"),
        Table(),
        Legend,
        rows.SelectMany(Sentences));

    private MicroTable Table()
    {
        var table = new MicroTable(
            ["", "managed", "bytes per", "", "", "FIN"],
            ["", "KiB", "connection", "threads", "sockets", "sent"]);
        foreach (LingerRow row in rows)
        {
            table.AddHeading(row.Protocol.Name());
            table.Add([.. Cells("before the first request", row.Before, null)]);
            table.Add([.. Cells("requests waiting", row.Waiting, row.BytesPerWaiting)]);
            table.Add([.. Cells("lingering", row.Lingering, row.BytesPerLingering)]);
            table.Add([.. Cells("gone", row.After, null)]);
        }

        return table;
    }

    private static IEnumerable<string> Cells(string moment, ProcessState state, double? bytesPerConnection) =>
    [
        moment,
        Whole(state.ManagedBytes / 1024.0),
        bytesPerConnection is { } bytes ? Whole(bytes) : "",
        Whole(state.Threads),
        Whole(state.Sockets),
        Whole(state.HalfClosed),
    ];

    private static IEnumerable<string> Sentences(LingerRow row)
    {
        string protocol = row.Protocol.Name();
        double most = row.Protocol == Servers.WireProtocol.Http ? MostHttpBytes : MostHttpsBytes;
        if (!row.AllLingered)
        {
            yield return $"{protocol}: NOT ALL lingered at the same time; the bytes per connection are not to be trusted. A longer --linger-seconds may help.";
        }

        yield return $"{protocol}: {Whole(row.BytesPerLingering)} managed bytes per lingering connection "
            + $"({(row.BytesPerLingering <= most ? "bound" : "OVER THE BOUND")}: {Whole(most)}), threads {row.MoreThreads:+0;-0;+0}.";
        string outcomes = string.Join(", ", row.Outcomes.Select(outcome => $"{outcome.Key} {Whole(outcome.Value)}"));
        yield return row.AllGone
            ? string.Create(CultureInfo.InvariantCulture, $"{protocol}: all gone {row.GoneAfter!.Value.TotalSeconds:0.0} s after they were abandoned: {outcomes}.")
            : $"{protocol}: NOT ALL gone: {Whole(row.After.Sockets - row.Before.Sockets)} sockets are left. Ended: {outcomes}.";
    }

    private static string Whole(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
