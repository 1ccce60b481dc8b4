using System.Globalization;
using GracefulHttp.Benchmarks.Micro;
using GracefulHttp.Benchmarks.Reporting;
using Spectre.Console;

namespace GracefulHttp.Benchmarks.Chain;

/// <summary>The table of <c>chain</c>.</summary>
internal sealed class ChainReport(ChainSettings settings, IReadOnlyList<ChainRow> rows)
{
    private const string Legend =
        "ms from right before Cancel() to RequestAborted at each service, medians; 5 to 95 %: of the calls, at service 3; told: calls of which "
        + "service 3 learned that nobody waits before it had done all its work.";

    public void Write(IAnsiConsole console, MachineDescription machine) => MicroReport.Write(
        console,
        machine,
        string.Create(
            CultureInfo.InvariantCulture,
            $"{settings.Protocol.Name()}: caller, service 1, service 2, service 3, each calling the next with its caller's token; {settings.Calls} calls abandoned while service 3 works {settings.Work.TotalSeconds:0.#} s on each; DrainTimeout {settings.DrainTimeout.TotalMilliseconds:0} ms"),
        Table(),
        Legend,
        rows.Select(Sentence));

    private MicroTable Table()
    {
        var table = new MicroTable(
            ["", "ms until", "ms until", "ms until", "5 to 95 %", "told at"],
            ["client", "service 1", "service 2", "service 3", "service 3", "service 3"]);
        foreach (ChainRow row in rows)
        {
            table.Add(
            [
                row.Client.Title(),
                .. row.Services.Select(service => Text(service.Milliseconds?.Median)),
                row.Services[^1].Milliseconds?.ToString() ?? "",
                $"{row.Services[^1].Told} of {settings.Calls}",
            ]);
        }

        return table;
    }

    private string Sentence(ChainRow row)
    {
        ChainDelay last = row.Services[^1];
        return last.Milliseconds is { } delay
            ? $"{row.Client.Title()}: service 3 works for nobody for {Text(delay.Median)} ms."
            : $"{row.Client.Title()}: service 3 has done all its {settings.Work.TotalSeconds:0.#} s of work before it could learn of anything.";
    }

    private static string Text(double? value) => value?.ToString("#,0.0", CultureInfo.InvariantCulture) ?? "never";
}
