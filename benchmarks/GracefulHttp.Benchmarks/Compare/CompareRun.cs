using GracefulHttp.Benchmarks.Peer;

namespace GracefulHttp.Benchmarks.Compare;

/// <summary>Measures every strategy in every cell, several rounds of each.</summary>
internal sealed class CompareRun(CompareSettings settings, ICompareProgress progress)
{
    /// <summary>Long enough for the runtime to compile the hot paths a second time, with optimisation.</summary>
    private static readonly TimeSpan FirstWarmUpTime = TimeSpan.FromMilliseconds(600);

    /// <param name="rows">Receives the rows of a cell when it is measured; what is there when the run is interrupted is valid.</param>
    /// <param name="interrupted">Ends the run within the round.</param>
    public async Task RunAsync(ICollection<CompareRow> rows, CancellationToken interrupted)
    {
        await using PeerProcess peer = PeerProcess.Start();
        var runner = new RowRunner(settings, peer);
        progress.WarmingUp();
        foreach (Cell cell in settings.Cells.DistinctBy(cell => cell.Protocol))
        {
            foreach (CompareStrategy strategy in settings.StrategiesIn(cell))
            {
                interrupted.ThrowIfCancellationRequested();
                await runner.WarmUpAsync(cell, strategy, FirstWarmUpTime, interrupted);
            }
        }

        foreach (Cell cell in settings.Cells)
        {
            await RunAsync(cell, runner, rows, interrupted);
        }
    }

    /// <summary>The strategies take turns, and each round another one begins: what changes on the machine meets all of them alike.</summary>
    private async Task RunAsync(Cell cell, RowRunner runner, ICollection<CompareRow> rows, CancellationToken interrupted)
    {
        IReadOnlyList<CompareStrategy> strategies = settings.StrategiesIn(cell);
        Dictionary<CompareStrategy, List<CompareRound>> rounds = strategies.ToDictionary(strategy => strategy, _ => new List<CompareRound>());
        try
        {
            for (int turn = 0; turn < settings.Rounds * strategies.Count; turn++)
            {
                interrupted.ThrowIfCancellationRequested();
                CompareStrategy strategy = strategies[Turn(turn, strategies.Count)];
                progress.Starting(cell, strategy);
                CompareRound round = await runner.RunAsync(cell, strategy, interrupted);
                rounds[strategy].Add(round);
                progress.Finished(cell, strategy, round);
            }
        }
        finally
        {
            foreach (CompareStrategy strategy in strategies.Where(strategy => rounds[strategy].Count > 0))
            {
                rows.Add(new CompareRow(cell, strategy, rounds[strategy]));
            }
        }
    }

    /// <summary>Whose turn it is: 0 1 2, 1 2 0, 2 0 1 and so on.</summary>
    internal static int Turn(int turn, int count) => ((turn % count) + (turn / count)) % count;
}
