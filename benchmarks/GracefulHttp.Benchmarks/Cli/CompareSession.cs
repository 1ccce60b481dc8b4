using GracefulHttp.Benchmarks.Compare;
using GracefulHttp.Benchmarks.Peer;
using GracefulHttp.Benchmarks.Reporting;
using Spectre.Console;

namespace GracefulHttp.Benchmarks.Cli;

/// <summary>One call of <c>compare</c>, from the first line to the exit code.</summary>
internal static class CompareSession
{
    private const int InterruptedExitCode = 130;

    public static async Task<int> RunAsync(CompareSettings settings, CancellationToken interrupted)
    {
        MachineDescription machine = MachineDescription.Read();
        var rows = new List<CompareRow>();
        string? problem = null;
        int exitCode = 0;
        try
        {
            if (settings.Target is not null && await TargetProbe.WhyNotUsableAsync(settings, interrupted) is { } why)
            {
                await Console.Error.WriteLineAsync($"error: {why}");
                return 1;
            }

            await MeasureAsync(settings, rows, interrupted);
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            (problem, exitCode) = ("Interrupted.", InterruptedExitCode);
        }
        catch (PeerFailedException e)
        {
            (problem, exitCode) = ($"error: {e.Message}", 1);
        }

        if (rows.Count > 0)
        {
            Report(settings, machine, rows);
        }

        if (problem is not null)
        {
            string kept = rows.Count > 0 ? "The table has the rows that were measured; no JSON was written." : "No row was measured.";
            await Console.Error.WriteLineAsync($"{problem} {kept}");
            return exitCode;
        }

        if (settings.Json is { } json)
        {
            await JsonReport.Create(settings, machine, rows).WriteAsync(json);
        }

        return 0;
    }

    /// <summary>Progress goes to the error stream, so that a redirected table is only the table.</summary>
    private static Task MeasureAsync(CompareSettings settings, List<CompareRow> rows, CancellationToken interrupted)
    {
        if (Console.IsErrorRedirected)
        {
            return RunAsync(new PlainProgress(settings, Console.Error));
        }

        return LiveProgress.ShowAsync(settings, ReportConsole.Create(Console.Error, isRedirected: false), RunAsync);

        Task RunAsync(ICompareProgress progress) => new CompareRun(settings, progress).RunAsync(rows, interrupted);
    }

    private static void Report(CompareSettings settings, MachineDescription machine, List<CompareRow> rows)
    {
        IAnsiConsole console = ReportConsole.Create(Console.Out, Console.IsOutputRedirected);
        console.WriteLine(machine.ToString());
        console.WriteLine(FormattableString.Invariant(
            $"{settings.Workers} workers, {settings.Abandon:0.##%} of the requests abandoned after {settings.Timeout.TotalMilliseconds:0} ms, {settings.MeasuredTime.TotalSeconds:0.#} s measured per row"));
        console.WriteLine(CountingCaption.For(rows.Max(row => row.Method)));
        console.WriteLine();
        new CompareTable(settings, rows).Write(console);
        console.WriteLine();
        foreach (string line in TextWrapping.Wrap(CompareColumns.Legend, console.Profile.Width))
        {
            console.MarkupLine($"[dim]{Markup.Escape(line)}[/]");
        }

        console.WriteLine();
        foreach (string sentence in new CompareReading(settings, rows).Sentences())
        {
            foreach (string line in TextWrapping.Wrap($"- {sentence}", console.Profile.Width))
            {
                console.WriteLine(line);
            }
        }
    }
}
