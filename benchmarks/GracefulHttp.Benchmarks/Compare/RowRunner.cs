using System.Diagnostics;
using GracefulHttp.Benchmarks.Counting;
using GracefulHttp.Benchmarks.Peer;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Compare;

/// <summary>Measures one strategy in one cell.</summary>
internal sealed class RowRunner(CompareSettings settings, PeerProcess peer)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    private bool? _targetIsSeen;

    /// <summary>Runs the requests for a moment without measuring: the code of a strategy is compiled by its first requests.</summary>
    public async Task WarmUpAsync(Cell cell, CompareStrategy strategy, TimeSpan time, CancellationToken interrupted)
    {
        await using Place place = await PlaceAsync(cell);
        using var client = new ComparedClient(strategy, cell.Protocol);
        await WorkAsync(client, place.Target, time, interrupted);
        await client.WaitForIdleAsync();
        await WaitForLateAnswersAsync(place.EmbeddedPort);
    }

    public async Task<CompareRow> RunAsync(Cell cell, CompareStrategy strategy, CancellationToken interrupted)
    {
        // A port of its own for each row: no TIME_WAIT of an earlier row takes a local port, and no late segment is counted here.
        await using Place place = await PlaceAsync(cell);
        using var client = new ComparedClient(strategy, cell.Protocol);
        await WorkAsync(client, place.Target, CompareSettings.WarmUpTime, interrupted);
        await WaitForLateAnswersAsync(place.EmbeddedPort);
        GC.Collect();

        CountingMethod method = await peer.WatchAsync(place.Port, place.IsSeenBothWays);
        using ConnectionListener? begun = place.EmbeddedPort is null && method != CountingMethod.Segments ? new ConnectionListener() : null;
        TimeSpan cpuBefore = Environment.CpuUsage.TotalTime;
        WorkTally work = await WorkAsync(client, place.Target, settings.MeasuredTime, interrupted);
        // The pool first: what its connections do when they are closed belongs to the strategy as well.
        client.Dispose();
        bool ended = await client.WaitForIdleAsync();
        TimeSpan cpu = Environment.CpuUsage.TotalTime - cpuBefore;

        // Answers to requests whose caller has left are still on their way, and it is they that draw the RSTs.
        ended &= await WaitForLateAnswersAsync(place.EmbeddedPort);
        interrupted.ThrowIfCancellationRequested();
        (WireCounts wire, ServerCounts? server) = await peer.ReadCountsAsync(place.Port);
        long ok = work.Ok + work.OkLate;
        return new CompareRow
        {
            Cell = cell,
            Strategy = strategy,
            Method = method,
            OkPerSecond = work.Ok / settings.MeasuredTime.TotalSeconds,
            Abandoned = work.Abandoned,
            ResetsSent = wire.ResetsSent,
            ResetsFromServer = wire.ResetsFromServer,
            StreamResets = cell.Protocol == WireProtocol.H2 ? server?.StreamResets : 0,
            Failed = work.Failed,
            FirstFailure = work.FirstFailure,
            ConnectionsOpened = wire.ConnectionsOpened ?? server?.ConnectionsAccepted ?? begun?.Begun,
            TimeWait = wire.TimeWait,
            // A slow request is either abandoned, or answered and then certainly completed.
            ServerCompletedAbandoned = server is null ? null : Math.Max(0, server.SlowCompleted - work.AnsweredInTime),
            OkP50Ms = work.OkLatency.Percentile(0.50),
            OkP99Ms = work.OkLatency.Percentile(0.99),
            CancelP99Ms = work.CancelLatency.Percentile(0.99),
            CpuMicrosecondsPerOk = ok > 0 ? cpu.TotalMicroseconds / ok : null,
            CountingProblem = wire.Problem,
            EndedInTime = ended,
        };
    }

    private async Task<WorkTally> WorkAsync(ComparedClient client, RowTarget target, TimeSpan time, CancellationToken interrupted)
    {
        long deadline = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        Task<WorkTally>[] workers = [.. Enumerable.Range(0, settings.Workers).Select(seed => Task.Run(
            () => new Worker(client.Http, target, settings.Abandon, settings.Timeout, seed).RunAsync(deadline, interrupted)))];
        var sum = new WorkTally();
        foreach (Task<WorkTally> worker in workers)
        {
            sum.Add(await worker);
        }

        return sum;
    }

    /// <summary>Until no slow request is worked on; where the server cannot be asked, as long as a slow answer takes.</summary>
    private async Task<bool> WaitForLateAnswersAsync(int? embeddedPort)
    {
        if (embeddedPort is not { } port)
        {
            await Task.Delay(settings.SlowDelay + TimeSpan.FromMilliseconds(50), TimeProvider.System);
            return true;
        }

        long start = Stopwatch.GetTimestamp();
        TimeSpan limit = settings.SlowDelay + TimeSpan.FromSeconds(1);
        while ((await peer.ReadServerAsync(port)).SlowInProgress > 0)
        {
            if (Stopwatch.GetElapsedTime(start) > limit)
            {
                return false;
            }

            await Task.Delay(PollInterval, TimeProvider.System);
        }

        return true;
    }

    private async Task<Place> PlaceAsync(Cell cell)
    {
        if (settings.Target is { } target)
        {
            _targetIsSeen ??= await TargetRoute.IsSeenBothWaysAsync(target);
            RowTarget users = RowTarget.Users(target, settings.SlowUrl, cell, settings.SlowDelay);
            return new Place(peer, users, target.Port, EmbeddedPort: null, _targetIsSeen.Value);
        }

        int port = await peer.OpenAsync(cell.Server!.Value, cell.Protocol);
        return new Place(peer, RowTarget.Embedded(port, cell, settings.SlowDelay), port, port, IsSeenBothWays: true);
    }

    /// <summary>Where a row takes place; ended with the row.</summary>
    private sealed record Place(PeerProcess Peer, RowTarget Target, int Port, int? EmbeddedPort, bool IsSeenBothWays) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await Peer.CloseAsync(Port);
    }
}
