using System.ComponentModel;
using BenchmarkDotNet.Attributes;
using GracefulHttp.Benchmarks.Micro.Linger;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Micro.Bench;

/// <summary>Thousands of callers leave at once; an operation is all of them. The answers come when the iteration is over.</summary>
[MemoryDiagnoser(displayGenColumns: false)]
[InvocationCount(1)]
[IterationCount(5)]
[WarmupCount(1)]
[Description("callers that leave at once, until the last has its exception")]
public class LingerBenchmarks : ServedBenchmarks
{
    /// <summary>Longer than an iteration takes: no linger ends by its own time-out.</summary>
    private static readonly TimeSpan LingerTimeout = TimeSpan.FromMinutes(2);

    private LingeringClient? _graceful;
    private HttpClient _client = null!;
    private HeldRequests _requests = null!;

    /// <summary>How many leave; for <see cref="Connections"/>.</summary>
    internal static int Count { get; set; } = 10_000;

    public static IEnumerable<int> Counts => [Count];

    [ParamsSource(nameof(Counts))]
    public int Connections { get; set; }

    [GlobalSetup]
    public void Start() => StartServer(WireProtocol.Http);

    [IterationSetup(Target = nameof(Abort))]
    public void ConnectPlain() => Connect(null);

    [IterationSetup(Target = nameof(Linger))]
    public void ConnectLingering() => Connect(new LingeringClient(Connections, LingerTimeout));

    [IterationCleanup]
    public void Release() => Wait(SettleAsync());

    [GlobalCleanup]
    public void Stop() => StopServer();

    [Benchmark(Baseline = true, Description = "plain client")]
    public Task Abort() => _requests.AbandonAsync();

    [Benchmark(Description = "close: all connections linger")]
    public Task Linger() => _requests.AbandonAsync();

    private void Connect(LingeringClient? graceful)
    {
        _graceful = graceful;
        _client = graceful?.Http ?? new HttpClient(MeasuredSockets.Create()) { Timeout = Timeout.InfiniteTimeSpan };
        _requests = new HeldRequests(_client, WireProtocol.Http.Url(Port, AnswerScript.HoldQuery), Work);
        Wait(_requests.SendAsync(Connections, CancellationToken.None));
    }

    private async Task SettleAsync()
    {
        await ReleaseAsync();
        _requests.Dispose();
        _client.Dispose();
        if (_graceful is not null && !await _graceful.WaitForIdleAsync(LingerTimeout, CancellationToken.None))
        {
            throw new MicroFailedException("connections linger although the server has closed them.");
        }
    }
}
