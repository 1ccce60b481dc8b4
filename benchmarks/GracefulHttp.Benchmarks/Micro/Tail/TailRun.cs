using System.Diagnostics;
using GracefulHttp.Benchmarks.Compare;
using GracefulHttp.Benchmarks.Counting;
using GracefulHttp.Benchmarks.Peer;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Micro.Tail;

/// <summary>The same calls by each client, against a server whose answers are slow now and then; then hedged calls whose loser hangs.</summary>
internal sealed class TailRun(TailSettings settings, Action<string> progress)
{
    private const int WarmUpCalls = 200;

    /// <summary>Coarse: nothing is drawn over time here.</summary>
    private static readonly TimeSpan SampledTime = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>Of hedged calls with a loser that hangs and without one; null before it was measured.</summary>
    public HangingLoser? Loser { get; private set; }

    /// <param name="rows">Receives each row when it is measured; what is there when the run is interrupted is valid.</param>
    /// <param name="interrupted">Ends the run.</param>
    public async Task RunAsync(ICollection<TailRow> rows, CancellationToken interrupted)
    {
        await using PeerProcess peer = PeerProcess.Start();
        foreach (WireProtocol protocol in settings.Protocols)
        {
            foreach (TailClientKind kind in Enum.GetValues<TailClientKind>())
            {
                progress($"{protocol.Name()}: {kind.Title()}");
                rows.Add(await MeasureAsync(peer, protocol, kind, interrupted));
            }
        }

        progress("hedging with a loser that hangs");
        Loser = await HangingLoser.MeasureAsync(peer, interrupted);
    }

    private async Task<TailRow> MeasureAsync(PeerProcess peer, WireProtocol protocol, TailClientKind kind, CancellationToken interrupted)
    {
        int port = await peer.OpenAsync(ServerKind.Blind, protocol);
        var url = new Uri(FormattableString.Invariant($"{(protocol == WireProtocol.Http ? "http" : "https")}://127.0.0.1:{port}/"));
        using (var warmUp = new TailClient(kind, settings with { SlowShare = 0 }))
        {
            await CallAllAsync(warmUp, url, WarmUpCalls, interrupted);
        }

        await peer.WatchAsync(port, Sight.BothWays, SampledTime);
        (LatencyHistogram latency, int failed) work;
        long sent;
        using (var client = new TailClient(kind, settings))
        {
            work = await CallAllAsync(client, url, settings.Calls, interrupted);
            sent = client.Sent;
            await WaitForLateAnswersAsync(peer, port, interrupted);
            await client.WaitForIdleAsync(interrupted);
        }

        // With the client's end: over TLS, a plain one resets its idle connections there.
        (WireCounts wire, ServerCounts? server, _) = await peer.ReadCountsAsync(port);
        await peer.CloseAsync(port);
        return new TailRow(
            protocol,
            kind,
            settings.Calls,
            work.failed,
            work.latency.Percentile(0.5) ?? double.NaN,
            work.latency.Percentile(0.99) ?? double.NaN,
            work.latency.Percentile(0.999) ?? double.NaN,
            sent - settings.Calls,
            wire.ResetsFromClient ?? wire.KernelResets,
            wire.ConnectionsOpened ?? server?.ConnectionsAccepted);
    }

    private async Task<(LatencyHistogram Latency, int Failed)> CallAllAsync(TailClient client, Uri url, int calls, CancellationToken interrupted)
    {
        int left = calls;
        int failed = 0;
        var sum = new LatencyHistogram();
        foreach (LatencyHistogram own in await Task.WhenAll(Enumerable.Range(0, settings.Workers).Select(_ => Task.Run(WorkAsync))))
        {
            sum.Add(own);
        }

        return (sum, failed);

        async Task<LatencyHistogram> WorkAsync()
        {
            var latency = new LatencyHistogram();
            while (Interlocked.Decrement(ref left) >= 0)
            {
                interrupted.ThrowIfCancellationRequested();
                long start = Stopwatch.GetTimestamp();
                try
                {
                    await client.Http.GetByteArrayAsync(url, interrupted);
                }
                catch (Exception e) when (e is HttpRequestException or Polly.Timeout.TimeoutRejectedException)
                {
                    Interlocked.Increment(ref failed);
                }

                latency.Record(Stopwatch.GetTimestamp() - start);
            }

            return latency;
        }
    }

    /// <summary>Until the server has answered whatever was given up; it does not know that.</summary>
    private async Task WaitForLateAnswersAsync(PeerProcess peer, int port, CancellationToken interrupted)
    {
        long start = Stopwatch.GetTimestamp();
        while ((await peer.ReadServerAsync(port)).SlowInProgress > 0 && Stopwatch.GetElapsedTime(start) < settings.SlowDelay * 2)
        {
            await Task.Delay(PollInterval, TimeProvider.System, interrupted);
        }
    }
}
