using GracefulHttp.Benchmarks.Peer;

namespace GracefulHttp.Benchmarks.Compare;

/// <summary>Measures every strategy in every cell, one row after the other.</summary>
internal sealed class CompareRun(CompareSettings settings, ICompareProgress progress)
{
    /// <summary>Long enough for the runtime to compile the hot paths a second time, with optimisation.</summary>
    private static readonly TimeSpan FirstWarmUpTime = TimeSpan.FromMilliseconds(600);

    /// <summary>The rows of a cell come right after each other, so that what changes on the machine meets all strategies alike.</summary>
    /// <param name="rows">Receives each row when it is measured; what is there when the run is interrupted is valid.</param>
    /// <param name="interrupted">Ends the run within the row.</param>
    public async Task RunAsync(ICollection<CompareRow> rows, CancellationToken interrupted)
    {
        await using PeerProcess peer = PeerProcess.Start();
        var runner = new RowRunner(settings, peer);
        progress.WarmingUp();
        foreach (Cell cell in settings.Cells.DistinctBy(cell => cell.Protocol))
        {
            foreach (CompareStrategy strategy in settings.Strategies)
            {
                interrupted.ThrowIfCancellationRequested();
                await runner.WarmUpAsync(cell, strategy, FirstWarmUpTime, interrupted);
            }
        }

        foreach (Cell cell in settings.Cells)
        {
            foreach (CompareStrategy strategy in settings.Strategies)
            {
                interrupted.ThrowIfCancellationRequested();
                progress.Starting(cell, strategy);
                CompareRow row = await runner.RunAsync(cell, strategy, interrupted);
                rows.Add(row);
                progress.Finished(row);
            }
        }
    }
}
