using GracefulHttp.Benchmarks.Micro;
using GracefulHttp.Benchmarks.Peer;
using GracefulHttp.Benchmarks.Reporting;
using Spectre.Console;

namespace GracefulHttp.Benchmarks.Cli;

/// <summary>One call of a command below <c>micro</c>, from the first line to the exit code.</summary>
/// <param name="measure">Adds each row when it is measured.</param>
/// <param name="report">Writes the rows there are.</param>
/// <param name="writeJson">Writes them all for programs, or says why not; null where that is not wanted.</param>
internal sealed class MicroSession<TRow>(
    Func<List<TRow>, Task> measure,
    Action<IAnsiConsole, MachineDescription, List<TRow>> report,
    Func<MachineDescription, List<TRow>, Task<string?>>? writeJson)
{
    private const int InterruptedExitCode = 130;

    public async Task<int> RunAsync(CancellationToken interrupted)
    {
        MachineDescription machine = MachineDescription.Read();
        var rows = new List<TRow>();
        string? problem = null;
        int exitCode = 0;
        try
        {
            await measure(rows);
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            (problem, exitCode) = ("Interrupted.", InterruptedExitCode);
        }
        catch (Exception e) when (e is PeerFailedException or MicroFailedException or HttpRequestException)
        {
            (problem, exitCode) = ($"error: {e.Message}", 1);
        }

        if (rows.Count > 0)
        {
            report(ReportConsole.Create(Console.Out, Console.IsOutputRedirected), machine, rows);
        }

        if (problem is not null)
        {
            string kept = rows.Count > 0 ? "The table has the rows that were measured; no JSON was written." : "Nothing was measured.";
            await Console.Error.WriteLineAsync($"{problem} {kept}");
        }
        else if (writeJson is not null && await writeJson(machine, rows) is { } whyNot)
        {
            await Console.Error.WriteLineAsync($"error: {whyNot}");
            return 1;
        }

        return exitCode;
    }
}
