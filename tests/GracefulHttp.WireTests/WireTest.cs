using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.TestKit.Wire;
using Microsoft.Extensions.Logging;

namespace GracefulHttp.WireTests;

/// <summary>
/// A FIN-blind server, a recorder on its port, and clients of it. After each test: every script has ended, nothing drains or
/// lingers, every connection has been ended by its client, and nothing was logged that a user should worry about.
/// </summary>
public abstract class WireTest : IAsyncLifetime
{
    private readonly List<WireClient> _clients = [];
    private readonly TestMeterFactory _meters = new();
    private readonly MeterRecorder _metrics;
    private bool _allAreMeasured = true;
    private FinBlindServer? _server;
    private SegmentRecorder? _recorder;

    protected WireTest() => _metrics = new MeterRecorder(GracefulHttpTelemetry.Name, _meters);

    /// <summary>Where the server's answer to <c>/held</c> is held.</summary>
    protected SyncPoint Held { get; } = new();

    protected RecordingLoggerFactory Logs { get; } = new();

    /// <summary>The outcome that must be warned about; where it is null, nothing may.</summary>
    protected string? ExpectedWarning { get; set; }

    /// <summary>Whether an exception of the user's own code is to be reported (as an error), and nothing else to be warned about.</summary>
    protected bool ExpectsReport { get; set; }

    protected FinBlindServer Server => _server ?? throw new InvalidOperationException("Serve first.");

    protected SegmentRecorder Recorder => _recorder ?? throw new InvalidOperationException("Serve first.");

    public ValueTask InitializeAsync()
    {
        Assert.SkipUnless(SegmentRecorder.IsAvailable(out string whyNot), whyNot);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Held.Release();
        foreach (WireClient client in _clients)
        {
            await client.DisposeAsync();
        }

        if (_server is not null)
        {
            await _server.DisposeAsync();
            _server.ExchangesCompleted.ShouldBe(_server.RequestsReceived);
        }

        if (_recorder is not null)
        {
            await using SegmentRecorder recorder = _recorder;

            // The pool may be in the middle of opening one more connection when the client is disposed, and ends it then.
            await recorder.WaitForAsync(EveryConnectionIsEnded);
        }

        Logs.Records.Where(record => record.Level == LogLevel.Warning).Select(record => record.Values["Outcome"]).Distinct()
            .ShouldBe(ExpectedWarning is null ? [] : [ExpectedWarning], Logs.ToString());
        Logs.Records.Any(record => record.Level > LogLevel.Warning).ShouldBe(ExpectsReport, Logs.ToString());
        if (_allAreMeasured && _clients.Count > 0)
        {
            // However a connection has ended: the log and the metric say the same of it.
            _metrics.Of(GracefulHttpTelemetry.ConnectionsClosed).Select(measurement => measurement.Tags[GracefulHttpTelemetry.Outcome])
                .ShouldBe(Logs.Records.Where(record => record.Id.Name == "ConnectionEnded").Select(record => record.Values["Outcome"]), ignoreOrder: true);
            _metrics.Of(GracefulHttpTelemetry.ConnectionsReset).Select(measurement => measurement.Tags[GracefulHttpTelemetry.Outcome])
                .ShouldBe(Logs.Records.Where(record => record.Id.Name == "ConnectionEnded").Select(record => record.Values["Outcome"])
                    .Where(outcome => outcome is "linger_size" or "linger_refused" or "send_stuck"), ignoreOrder: true);
            _metrics.Sum(GracefulHttpTelemetry.ConnectionsClosing).ShouldBe(0);
            _metrics.Sum(GracefulHttpTelemetry.DrainsActive).ShouldBe(0);
        }

        _metrics.Dispose();
        _meters.Dispose();
        Logs.Dispose();
    }

    /// <summary>Of those that were opened here: the port may have been another server's, with clients that still retransmit.</summary>
    private static bool EveryConnectionIsEnded(SegmentRecorder recorder) => recorder.Segments
        .GroupBy(segment => segment.ClientPort)
        .Where(connection => connection.Any(segment => segment.IsOpening))
        .All(connection => connection.Any(segment => segment.FromClient && (segment.IsFin || segment.IsReset)));

    /// <summary>Answers <c>/held</c> by the script, everything else at once.</summary>
    protected void Serve(Scheme scheme, Func<FinBlindExchange, Task> heldScript, RecordingDetail detail = RecordingDetail.Edges) =>
        Serve(scheme, heldScript, headScript: null, detail);

    /// <summary>The same, with a script for what happens between the headers of a request and its body.</summary>
    protected void Serve(
        Scheme scheme,
        Func<FinBlindExchange, Task> heldScript,
        Func<FinBlindExchange, Task>? headScript,
        RecordingDetail detail = RecordingDetail.Edges)
    {
        _server = FinBlindServer.Start(FinBlindScripts.ByTarget(("/held", heldScript)), scheme.Tls(), headScript);
        _recorder = SegmentRecorder.Start(detail, _server.Port);
    }

    /// <summary>A client with both layers. With one connection per server, what is answered next proves that connection free.</summary>
    protected WireClient Connect(GracefulHttpOptions options, TimeProvider? clock = null, int maxConnections = 1) =>
        Add(new GracefulHttpHandler(options, NewSocketsHandler(maxConnections))
        {
            LoggerFactory = Logs,
            MeterFactory = _meters,
            TimeProvider = clock ?? TimeProvider.System,
        });

    /// <inheritdoc cref="Connect(GracefulHttpOptions, TimeProvider?, int)"/>
    protected WireClient Connect(AbandonStrategy strategy) => Connect(new GracefulHttpOptions { Strategy = strategy });

    /// <summary>A client of any other make.</summary>
    protected WireClient Connect(HttpMessageHandler handler)
    {
        _allAreMeasured = false;
        return Add(handler);
    }

    private WireClient Add(HttpMessageHandler handler)
    {
        var client = new WireClient(Server.BaseAddress, handler, Recorder);
        _clients.Add(client);
        return client;
    }

    protected static SocketsHttpHandler NewSocketsHandler(int maxConnections = 1) =>
        new SocketsHttpHandler { MaxConnectionsPerServer = maxConnections }.TrustTestCertificate();

    /// <summary>
    /// As it stands the runtime drains a response that is disposed between its headers and the first read, for up to 2 s.
    /// Without that, when a connection ends does not depend on how fast the caller was.
    /// </summary>
    protected static SocketsHttpHandler NewSocketsHandlerWithoutDrain(int maxConnections = 1)
    {
        SocketsHttpHandler handler = NewSocketsHandler(maxConnections);
        handler.ResponseDrainTimeout = TimeSpan.Zero;
        return handler;
    }

    /// <summary>Until now the wire shows one connection that nobody has begun to end.</summary>
    protected async Task ShouldBeUntouchedAsync()
    {
        await Recorder.SettleAsync();
        Recorder.ConnectionsOpened.ShouldBe(1);
        Recorder.FinsFromClient.ShouldBe(0);
        Recorder.ResetsFromClient.ShouldBe(0);
    }

    /// <summary>The client ends its connection in peace, now; the held server does not know yet.</summary>
    protected async Task ShouldSendFinAsync()
    {
        await Recorder.WaitForAsync(recorder => recorder.FinsFromClient == 1);
        Held.IsReleased.ShouldBeFalse();
        Recorder.ResetsFromClient.ShouldBe(0);
    }

    /// <summary>The server's answer comes late; it is written whole, and neither it nor the end of the connection draws an RST.</summary>
    protected async Task ShouldEndInPeaceAsync(WireClient client, Scheme scheme)
    {
        Held.Release();
        (await Server.Connections[0].Ended.WithinAsync()).ShouldBe(scheme.PeacefulEnding());
        Server.WriteFaults.ShouldBe(0);
        await client.WaitForIdleAsync();
        await Recorder.WaitForAsync(recorder => recorder.FinsFromServer == 1);
        await Recorder.SettleAsync();
        Recorder.ResetsFromClient.ShouldBe(0);
        Recorder.FinsFromClient.ShouldBe(1);
    }
}
