namespace GracefulHttp.Benchmarks.Counting;

/// <summary>For systems without Linux's counters: throughput and latencies are still measured.</summary>
internal sealed class NoWireCounter : IWireCounter
{
    public CountingMethod Method => CountingMethod.None;

    public (long? ConnectionsOpened, long? TimeWait) Peek() => (null, null);

    public Task<WireCounts> ReadAsync() => Task.FromResult(new WireCounts());

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
