using BenchmarkDotNet.Analysers;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Validators;

namespace GracefulHttp.Benchmarks.Micro.Bench;

/// <summary>Hands <see cref="ResetCounter"/> the moments at which a benchmark is measured.</summary>
internal sealed class ResetDiagnoser : IDiagnoser
{
    private readonly ResetCounter _counter = new();
    private readonly Dictionary<BenchmarkCase, long> _resets = [];

    public IEnumerable<string> Ids => [nameof(ResetDiagnoser)];

    public IEnumerable<IExporter> Exporters => [];

    public IEnumerable<IAnalyser> Analysers => [];

    /// <summary>What was sent while the benchmark was measured; null where it was not, or cannot be counted.</summary>
    public long? Resets(BenchmarkCase benchmark) => _resets.TryGetValue(benchmark, out long resets) ? resets : null;

    public RunMode GetRunMode(BenchmarkCase benchmarkCase) => ResetCounter.IsAvailable ? RunMode.NoOverhead : RunMode.None;

    public void Handle(HostSignal signal, DiagnoserActionParameters parameters)
    {
        if (signal == HostSignal.BeforeActualRun)
        {
            _counter.Begin();
        }
        else if (signal == HostSignal.AfterActualRun)
        {
            _resets[parameters.BenchmarkCase] = _counter.End();
        }
    }

    // The operations of the bracketed stage are known only afterwards, to the column.
    public IEnumerable<Metric> ProcessResults(DiagnoserResults results) => [];

    public void DisplayResults(ILogger logger)
    {
        // It is all in the column.
    }

    public IEnumerable<ValidationError> Validate(ValidationParameters validationParameters) => [];
}
