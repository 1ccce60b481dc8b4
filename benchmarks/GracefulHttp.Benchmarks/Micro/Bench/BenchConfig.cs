using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using BenchmarkDotNet.Validators;

namespace GracefulHttp.Benchmarks.Micro.Bench;

/// <summary>How BenchmarkDotNet runs the benchmarks.</summary>
internal static class BenchConfig
{
    private const int WarmUps = 5;
    private const int Iterations = 15;

    public static IConfig Create(BenchSettings settings, ResetDiagnoser resets, string artifacts, ILogger logger)
    {
        // In this process, which is built with optimisation like the others: nothing is generated, restored or built first, so it runs
        // with nothing but the SDK, and the counters are those of the process that the user started.
        Job job = (settings.IsDry ? Job.Dry : Job.Default.WithWarmupCount(WarmUps).WithIterationCount(Iterations))
            .WithToolchain(InProcessEmitToolchain.Instance);
        return ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddFilter(new GlobFilter([settings.Filter]))
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddDiagnoser(resets)
            .AddColumn(new ResetColumn(resets))
            .AddValidator(JitOptimizationsValidator.FailOnError)
            .AddLogger(logger)
            .WithArtifactsPath(artifacts);
    }
}
