using GracefulHttp.Benchmarks.Compare;
using GracefulHttp.Benchmarks.Peer;
using GracefulHttp.Benchmarks.Reporting;
using GracefulHttp.Benchmarks.Reporting.Charts;
using GracefulHttp.Benchmarks.Reporting.Html;
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
            string kept = rows.Count > 0 ? "The table has the rows that were measured; no file was written." : "No row was measured.";
            await Console.Error.WriteLineAsync($"{problem} {kept}");
            return exitCode;
        }

        exitCode = 0;
        foreach (Task<string?> writing in Files(settings, machine, rows))
        {
            if (await writing is { } whyNot)
            {
                await Console.Error.WriteLineAsync($"error: {whyNot}");
                exitCode = 1;
            }
        }

        return exitCode;
    }

    /// <summary>Writes one after the other, each as it is asked for.</summary>
    private static IEnumerable<Task<string?>> Files(CompareSettings settings, MachineDescription machine, List<CompareRow> rows)
    {
        if (settings.Json is { } json)
        {
            yield return OutputFile.WriteAsync(json, JsonReport.Create(settings, machine, rows), ReportJsonContext.Default.JsonReport);
        }

        if (settings.Html is { } html)
        {
            yield return OutputFile.WriteAsync("--html", html, new HtmlReport(settings, machine, rows).Create());
        }

        if (settings.Markdown is { } markdown)
        {
            yield return OutputFile.WriteAsync("--markdown", markdown, MarkdownReport.Create(settings, machine, rows));
        }

        if (settings.Svg is { } svg)
        {
            yield return OutputFile.WriteAsync("--svg", svg, ResetChartFile.Create(settings, rows).ToString());
        }
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
        foreach (string line in ((string[])[RunDescription.For(settings), CountingCaption.For(rows)]).SelectMany(
            text => TextWrapping.Wrap(text, console.Profile.Width)))
        {
            console.WriteLine(line);
        }

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
