using System.ComponentModel;
using BenchmarkDotNet.Attributes;
using GracefulHttp.Benchmarks.Micro.Overhead;

namespace GracefulHttp.Benchmarks.Micro.Bench;

/// <summary>A small GET on loopback that nobody abandons.</summary>
[MemoryDiagnoser(displayGenColumns: false)]
[Description("small GET, not abandoned")]
public class LoopbackGetBenchmarks : ServedBenchmarks
{
    private MeasuredCaller[] _callers = null!;

    [ParamsAllValues]
    public BenchProtocol Protocol { get; set; }

    [GlobalSetup]
    public void Start()
    {
        StartServer(Protocol.Wire());
        Uri url = Protocol.Wire().Url(Port);
        _callers = [.. Enum.GetValues<MeasuredHandler>().Select(handler => new MeasuredCaller(handler, MeasuredCall.Get, url))];
    }

    [GlobalCleanup]
    public void Stop()
    {
        Array.ForEach(_callers, caller => caller.Dispose());
        StopServer();
    }

    [Benchmark(Baseline = true, Description = "SocketsHttpHandler")]
    public Task Bare() => _callers[(int)MeasuredHandler.Bare].CallAsync();

    [Benchmark(Description = "UseGracefulClose")]
    public Task Transport() => _callers[(int)MeasuredHandler.Transport].CallAsync();

    [Benchmark(Description = "GracefulHttpHandler")]
    public Task Both() => _callers[(int)MeasuredHandler.Both].CallAsync();
}
