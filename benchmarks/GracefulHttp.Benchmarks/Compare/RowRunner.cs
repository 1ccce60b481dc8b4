using System.Diagnostics;
using GracefulHttp.Benchmarks.Counting;
using GracefulHttp.Benchmarks.Peer;
using GracefulHttp.Benchmarks.Relay;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Compare;

/// <summary>Measures one strategy in one cell, once.</summary>
internal sealed class RowRunner(CompareSettings settings, PeerProcess peer)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    private readonly Load _load = new(settings);

    private TargetRoute? _route;

    /// <summary>Runs the requests for a moment without measuring: the code of a strategy is compiled by its first requests.</summary>
    public async Task WarmUpAsync(Cell cell, CompareStrategy strategy, TimeSpan time, CancellationToken interrupted)
    {
        await using Place place = await PlaceAsync(cell);
        using var client = new ComparedClient(strategy, cell.Protocol, settings.ClientTimes);
        await _load.RunAsync(client, place.Target, time, interrupted);
        await client.WaitForIdleAsync();
        await WaitForLateAnswersAsync(place);
    }

    public async Task<CompareRound> RunAsync(Cell cell, CompareStrategy strategy, CancellationToken interrupted)
    {
        // A port of its own for each round: no TIME_WAIT of an earlier one takes a local port, and no late segment is counted here.
        await using Place place = await PlaceAsync(cell);
        using var client = new ComparedClient(strategy, cell.Protocol, settings.ClientTimes);
        await _load.RunAsync(client, place.Target, settings.WarmUpTime, interrupted);
        await client.WaitForIdleAsync();
        await WaitForLateAnswersAsync(place);
        GC.Collect();

        CountingMethod method = await peer.WatchAsync(place.Port, place.Sight, settings.MeasuredTime);
        if (!place.IsServerHere && method == CountingMethod.KernelWholeMachine)
        {
            method = CountingMethod.KernelClientsHost;
        }

        await (place.Served?.WatchAsync() ?? Task.CompletedTask);
        using ConnectionListener? begun = place.EmbeddedPort is null && place.Served is null && method != CountingMethod.Segments ? new ConnectionListener() : null;
        TimeSpan cpuBefore = Environment.CpuUsage.TotalTime;
        WorkTally work = await _load.RunAsync(client, place.Target, settings.MeasuredTime, interrupted);
        // The pool first: what its connections do when they are closed belongs to the strategy as well.
        client.Dispose();
        bool ended = await client.WaitForIdleAsync();
        TimeSpan cpu = Environment.CpuUsage.TotalTime - cpuBefore;

        // Answers to requests whose caller has left are still on their way, and it is they that draw the RSTs.
        ended &= await WaitForLateAnswersAsync(place);
        interrupted.ThrowIfCancellationRequested();
        (WireCounts wire, ServerCounts? server, IReadOnlyList<SocketSample> samples) = await peer.ReadCountsAsync(place.Port);
        if (place.Served is { } served)
        {
            (method, wire, server) = await served.ReadCountsAsync(wire, method, place.Sight);
        }

        long ok = work.Ok + work.OkLate;
        return new CompareRound
        {
            Method = method,
            Work = work,
            Wire = wire,
            Server = server,
            Samples = samples,
            OkPerSecond = work.Ok / settings.MeasuredTime.TotalSeconds,
            ConnectionsOpened = wire.ConnectionsOpened ?? server?.ConnectionsAccepted ?? begun?.Begun,
            CpuMicrosecondsPerOk = ok > 0 ? cpu.TotalMicroseconds / ok : null,
            EndedInTime = ended,
        };
    }

    /// <summary>Until no slow request is worked on; where the server cannot be asked, as long as a slow answer takes.</summary>
    private async Task<bool> WaitForLateAnswersAsync(Place place)
    {
        if (place is { EmbeddedPort: null, Served: null })
        {
            await Task.Delay(settings.SlowDelay + TimeSpan.FromMilliseconds(50), TimeProvider.System);
            return true;
        }

        long start = Stopwatch.GetTimestamp();
        TimeSpan limit = settings.SlowDelay + (2 * settings.Link.RoundTrip) + TimeSpan.FromSeconds(1);
        while (await ReadSlowInProgressAsync(place) > 0)
        {
            if (Stopwatch.GetElapsedTime(start) > limit)
            {
                return false;
            }

            await Task.Delay(PollInterval, TimeProvider.System);
        }

        if (place.Served is not null || settings.Link != LinkSettings.None)
        {
            // What the last answer draws, an RST perhaps, has to come back the same way.
            await Task.Delay(settings.Link.RoundTrip + PollInterval, TimeProvider.System);
        }

        return true;
    }

    private async Task<long> ReadSlowInProgressAsync(Place place) => place.Served is { } served
        ? (await served.ReadAsync()).Server.SlowInProgress
        : (await peer.ReadServerAsync(place.Port)).SlowInProgress;

    private async Task<Place> PlaceAsync(Cell cell)
    {
        if (settings.Target is { } target)
        {
            _route ??= await TargetRoute.FindAsync(target);
            Sight sight = _route is { IsLocal: true, IsIPv4: true } ? Sight.BothWays : settings.IsServed ? Sight.Incoming : Sight.None;
            RowTarget users = RowTarget.Users(target, settings.SlowUrl, cell, settings.SlowDelay);
            ServedServer? served = settings.IsServed ? new ServedServer(settings, cell.Protocol) : null;
            return new Place(peer, users, target.Port, EmbeddedPort: null, sight, _route.IsLocal, served);
        }

        int port = await peer.OpenAsync(cell.Server!.Value, cell.Protocol, settings.Link);
        return new Place(peer, RowTarget.Embedded(port, cell, settings.SlowDelay), port, port, Sight.BothWays, IsServerHere: true, Served: null);
    }

    /// <summary>Where a row takes place; ended with the row.</summary>
    private sealed record Place(
        PeerProcess Peer, RowTarget Target, int Port, int? EmbeddedPort, Sight Sight, bool IsServerHere, ServedServer? Served) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            Served?.Dispose();
            await Peer.CloseAsync(Port);
        }
    }
}
