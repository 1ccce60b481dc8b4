namespace GracefulHttp.Benchmarks.Counting;

/// <summary>For systems without Linux's counters: throughput and latencies are still measured.</summary>
internal sealed class NoWireCounter : IWireCounter
{
    public CountingMethod Method => CountingMethod.None;

    public Task<WireCounts> ReadAsync() => Task.FromResult(new WireCounts(null, null, null, null));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
