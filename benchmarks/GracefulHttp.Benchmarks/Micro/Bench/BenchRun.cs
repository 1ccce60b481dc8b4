using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;

namespace GracefulHttp.Benchmarks.Micro.Bench;

/// <summary>Runs the benchmarks, and hands what BenchmarkDotNet says of it to a logger.</summary>
internal sealed class BenchRun(BenchSettings settings, ILogger logger)
{
    private static readonly Type[] All =
    [
        typeof(HandlerBenchmarks),
        typeof(LoopbackGetBenchmarks),
        typeof(CancelledGetBenchmarks),
        typeof(DiscardBenchmarks),
        typeof(LingerBenchmarks),
    ];

    /// <param name="rows">Receives those of a class of benchmarks when it is measured; what is there when the run is interrupted is valid.</param>
    /// <param name="interrupted">Ends the wait for the run, and with the process the run.</param>
    public Task RunAsync(ICollection<BenchRow> rows, CancellationToken interrupted) =>
        // It blocks its thread until it is through.
        Task.Run(() => Run(rows, interrupted), CancellationToken.None).WaitAsync(interrupted);

    private void Run(ICollection<BenchRow> rows, CancellationToken interrupted)
    {
        string artifacts = Directory.CreateTempSubdirectory("benchmarks").FullName;
        try
        {
            var resets = new ResetDiagnoser();
            IConfig config = BenchConfig.Create(settings, resets, artifacts, logger);
            BenchmarkRunInfo[] matching = [.. All.Select(type => BenchmarkConverter.TypeToBenchmarks(type, config)).Where(info => info.BenchmarksCases.Length > 0)];
            if (matching.Length == 0)
            {
                throw new MicroFailedException($"--filter: '{settings.Filter}' matches no benchmark; they are in {string.Join(", ", All.Select(type => type.Name))}.");
            }

            foreach (BenchmarkRunInfo info in matching)
            {
                interrupted.ThrowIfCancellationRequested();
                foreach (BenchRow row in BenchRow.Create(BenchmarkRunner.Run(info), new ResetColumn(resets)))
                {
                    rows.Add(row);
                }
            }
        }
        finally
        {
            Directory.Delete(artifacts, recursive: true);
        }
    }
}
