using System.ComponentModel;
using BenchmarkDotNet.Attributes;
using GracefulHttp.Benchmarks.Micro.Cancel;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Micro.Bench;

/// <summary>A GET whose caller leaves with half of the body read, until it has its exception.</summary>
/// <remarks>The other half is sent when an iteration is over: then the RSTs fall due, and drained connections go back to the pool.</remarks>
[MemoryDiagnoser(displayGenColumns: false)]
[InvocationCount(100)]
[Description("GET, abandoned while reading the body")]
public class CancelledGetBenchmarks : ServedBenchmarks
{
    private Uri _url = null!;
    private GracefulHttpHandler? _graceful;
    private HttpClient _client = null!;

    [ParamsAllValues]
    public BenchProtocol Protocol { get; set; }

    [GlobalSetup(Target = nameof(Plain))]
    public void StartPlain() => Start(null);

    [GlobalSetup(Target = nameof(Abort))]
    public void StartAbort() => Start(AbandonStrategy.Abort);

    [GlobalSetup(Target = nameof(Close))]
    public void StartClose() => Start(AbandonStrategy.Close);

    [GlobalSetup(Target = nameof(Drain))]
    public void StartDrain() => Start(AbandonStrategy.Drain);

    [IterationCleanup]
    public void Release() => Wait(SettleAsync());

    [GlobalCleanup]
    public void Stop()
    {
        _client.Dispose();
        Wait(SettleAsync());
        StopServer();
    }

    [Benchmark(Baseline = true, Description = "plain client")]
    public Task<long> Plain() => AbandonAsync();

    [Benchmark(Description = "abort")]
    public Task<long> Abort() => AbandonAsync();

    [Benchmark(Description = "close")]
    public Task<long> Close() => AbandonAsync();

    [Benchmark(Description = "drain")]
    public Task<long> Drain() => AbandonAsync();

    private void Start(AbandonStrategy? strategy)
    {
        WireProtocol protocol = Protocol.Wire();
        StartServer(protocol);
        _url = protocol.Url(Port, AnswerScript.HeldQuery("body"));
        SocketsHttpHandler sockets = MeasuredSockets.Create();
        _graceful = strategy is { } graceful ? new GracefulHttpHandler(new GracefulHttpOptions { Strategy = graceful }, sockets) : null;
        _client = new HttpClient((HttpMessageHandler?)_graceful ?? sockets);
    }

    private async Task<long> AbandonAsync()
    {
        using var caller = new CancelledCaller(_client, _url);
        await caller.WaitUntilReadingAsync();
        return await caller.CancelAsync();
    }

    private async Task SettleAsync()
    {
        await ReleaseAsync();
        await (_graceful?.WaitForIdleAsync() ?? Task.CompletedTask);
    }
}
