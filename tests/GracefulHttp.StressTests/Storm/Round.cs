using System.Net;
using System.Text;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.StressTests.Storm;

/// <summary>One scenario from its servers to the last of its sockets.</summary>
internal sealed class Round(Scenario scenario)
{
    private const int Workers = 48;

    // Far beyond what a loaded machine needs: it tells a hang.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    // As long as a plain client may take for what shows its resets.
    private static readonly TimeSpan PlainLimit = TimeSpan.FromSeconds(20);

    private readonly Ledger _ledger = new(scenario);
    private readonly List<IStressServer> _servers = [];
    private readonly Lock _restarting = new();
    private readonly Dictionary<int, Task> _restarts = [];
    private readonly long[] _left = new long[Enum.GetValues<Phase>().Length];
    private int _next = -1;
    private int _refused;

    /// <summary>Whether the client is ours, or the one that it stands in front of.</summary>
    public bool IsGraceful { get; init; } = true;

    /// <summary>Runs it, waits until nothing is left of it, and tells how it went.</summary>
    public async Task<RoundResult> RunAsync()
    {
        using var log = new StressLog();
        int socketsBefore = OpenDescriptors.Sockets();
        long startedAt = Ledger.Now;
        for (int i = 0; i < scenario.Origins.Count; i++)
        {
            _servers.Add(await StartAsync(scenario.Origins[i], i));
        }

        int[] ports = [.. _servers.Select(server => server.BaseAddress.Port)];
        Peaks peaks;
        long resetConnections = 0;
        long resetAfterTheirEnd = 0;
        SegmentRecorder? recorder = SegmentRecorder.IsAvailable(out _) ? SegmentRecorder.Start(RecordingDetail.CountersOnly, ports) : null;
        try
        {
            await using (var sampling = new PeakSampling())
            {
                await StormAsync(log);
                peaks = sampling.Peaks;
            }

            await Until.HoldsAsync(() => ports.Sum(KernelSocketTable.OpenSockets) == 0, "no open socket of the client");
            if (recorder is not null)
            {
                await recorder.SettleAsync();
                resetAfterTheirEnd = recorder.ConnectionsResetAfterTheirEnd;
                resetConnections = recorder.ConnectionsResetByClient - resetAfterTheirEnd;
            }
        }
        finally
        {
            foreach (IStressServer server in _servers)
            {
                await server.DisposeAsync();
            }

            if (recorder is not null)
            {
                await recorder.DisposeAsync();
            }
        }

        await Until.HoldsAsync(() => OpenDescriptors.Sockets() <= socketsBefore, "as many sockets as before");
        return new RoundResult
        {
            Duration = TimeProvider.System.GetElapsedTime(startedAt),
            IsPeaceful = scenario.IsPeaceful,
            Requests = scenario.Plans.Count,
            Left = _left,
            Refused = _refused,
            RequestOutcomes = new Counts(log.RequestOutcomes),
            ConnectionOutcomes = new Counts(log.ConnectionOutcomes),
            ConnectionsResetByClient = resetConnections,
            ConnectionsResetAfterTheirEnd = resetAfterTheirEnd,
            AreResetsCounted = recorder is not null,
            Peaks = peaks,
            Faults = [.. _ledger.Faults, .. log.Failures.Select(failure => $"The library failed: {failure} [{scenario}]")],
        };
    }

    private async Task<IStressServer> StartAsync(OriginPlan origin, int number) => origin.IsHttp2
        ? await Http2Server.StartAsync(_ledger, origin.IsSecure, scenario.MaxStreams)
        : new RoughServer(_ledger, new IPAddress([127, 0, 0, (byte)(number + 1)]), origin.IsSecure);

    private async Task StormAsync(StressLog log)
    {
        SocketsHttpHandler sockets = new SocketsHttpHandler
        {
            MaxConnectionsPerServer = scenario.MaxConnectionsPerServer,
            UseCookies = false,
            RequestHeaderEncodingSelector = NoteWriting,
        }.TrustTestCertificate();
        using GracefulHttpHandler? graceful = IsGraceful ? new GracefulHttpHandler(scenario.Options, sockets) { LoggerFactory = log } : null;
        HttpMessageHandler handler = graceful ?? (HttpMessageHandler)sockets;
        using (var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan })
        using (var invoker = new HttpMessageInvoker(handler, disposeHandler: false))
        {
            Task storm = Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Run(() => WorkAsync(client, invoker))));
            try
            {
                await (IsGraceful ? storm : EndAsync(storm)).WithinAsync(Limit);
            }
            catch (TimeoutException e)
            {
                throw new TimeoutException($"Callers hang: {string.Join('\n', Hanging())} [{scenario}]", e);
            }

            await WhenIdleAsync(graceful);
        }

        // The pool's connections have been closed with the client.
        await WhenIdleAsync(graceful);
    }

    /// <summary>
    /// Asked for each header of a request as it is written, over any protocol. A server that sees the request later, and a connection that
    /// is not the request's alone, cannot tell whether it waited on the wire or in the client.
    /// </summary>
    private Encoding? NoteWriting(string name, HttpRequestMessage message)
    {
        _ledger.Find(message.RequestUri!.AbsolutePath, out _)?.NoteWriting();
        return null;
    }

    /// <summary>
    /// Ends a storm of the plain client that takes too long. A response that it disposes under a pending read can leave that read in a
    /// connection which the pool hands on, and the next request waits for ever for bytes that the read has taken: a hazard of the
    /// runtime's, not ours. What hangs ends with its connection, which the server resets.
    /// </summary>
    private async Task EndAsync(Task storm)
    {
        await storm.WaitAsync(PlainLimit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!storm.IsCompleted)
        {
            Interlocked.Exchange(ref _next, scenario.Plans.Count);
            await Task.WhenAll(Enumerable.Range(0, _servers.Count).Select(RestartAsync));
        }

        await storm;
    }

    private async Task WhenIdleAsync(GracefulHttpHandler? handler)
    {
        if (handler is not null)
        {
            await handler.WaitForIdleAsync().WithinAsync(null, $"nothing drains or lingers [{scenario}]");
        }
    }

    private IEnumerable<Plan> Hanging() => _ledger.Records.Where(record => !record.Left.IsCompleted).Select(record => record.Plan);

    private async Task WorkAsync(HttpClient client, HttpMessageInvoker invoker)
    {
        while (Interlocked.Increment(ref _next) is int id && id < scenario.Plans.Count)
        {
            Plan plan = scenario.Plans[id];
            if (plan.RestartsServer)
            {
                await RestartAsync(plan.Origin);
            }

            using var caller = new Caller(client, invoker, _ledger.Begin(id), _servers[plan.Origin].BaseAddress);
            await caller.RunAsync();
            if (caller.IsRefused)
            {
                Interlocked.Increment(ref _refused);
            }

            if (caller.LeftIn is { } phase)
            {
                Interlocked.Increment(ref _left[(int)phase]);
            }
        }
    }

    /// <summary>One after the other: two at once would fight for the address.</summary>
    private Task RestartAsync(int origin)
    {
        lock (_restarting)
        {
            Task before = _restarts.GetValueOrDefault(origin, Task.CompletedTask);
            return _restarts[origin] = AfterAsync(before);
        }

        async Task AfterAsync(Task before)
        {
            await before;
            await _servers[origin].RestartAsync();
        }
    }
}
