using GracefulHttp.Benchmarks.Compare;
using Spectre.Console;

namespace GracefulHttp.Benchmarks.Reporting;

/// <summary>A bar for the whole run, with the finished rounds above it.</summary>
internal sealed class LiveProgress(CompareSettings settings, IAnsiConsole console, ProgressTask task) : ICompareProgress
{
    /// <summary>Rare, because drawing costs CPU time in the process that is measured.</summary>
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromMilliseconds(500);

    private readonly int _total = settings.Turns;
    private int _finished;

    /// <summary>Shows progress while <paramref name="run"/> runs.</summary>
    public static Task ShowAsync(CompareSettings settings, IAnsiConsole console, Func<ICompareProgress, Task> run)
    {
        Progress progress = console.Progress().AutoClear(true).Columns(
            new ProgressBarColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new RemainingTimeColumn());
        progress.RefreshRate = RefreshInterval;
        return progress.StartAsync(context =>
        {
            ProgressTask task = context.AddTask("starting", maxValue: settings.Turns);
            return run(new LiveProgress(settings, console, task));
        });
    }

    public void WarmingUp() => task.Description = "warming up";

    public void Starting(Cell cell, CompareStrategy strategy) =>
        task.Description = Markup.Escape($"{_finished + 1}/{_total} {CellLabel.Short(settings, cell)} {strategy.Name()}");

    public void Finished(Cell cell, CompareStrategy strategy, CompareRound round)
    {
        console.WriteLine(PlainProgress.Describe(settings, cell, strategy, round, ++_finished, _total));
        task.Increment(1);
    }
}
