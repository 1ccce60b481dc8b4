using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.WireTests.Peers;

/// <summary>
/// A peer that is no part of this process, a recorder on its port, and clients of it. After each test: every connection has
/// been ended by its client, none in another way than the test expects.
/// </summary>
public abstract class PeerTest : IAsyncLifetime
{
    private readonly List<HttpClient> _clients = [];
    private IAsyncDisposable? _peer;
    private Uri? _server;
    private SegmentRecorder? _recorder;
    private bool _isGraceful;

    public static MatrixTheoryData<Scheme, bool> TlsVersionsAndBooleans => new([Scheme.HttpsTls12, Scheme.HttpsTls13], [false, true]);

    protected SegmentRecorder Recorder => _recorder ?? throw new InvalidOperationException("Observe first.");

    protected RecordingLoggerFactory Logs { get; } = new();

    /// <summary>How every connection of a graceful client must end.</summary>
    protected string ExpectedOutcome { get; set; } = "closed";

    public ValueTask InitializeAsync()
    {
        Assert.SkipUnless(SegmentRecorder.IsAvailable(out string whyNot), whyNot);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _clients.ForEach(client => client.Dispose());
        try
        {
            if (_recorder is not null)
            {
                // The peer goes after that: to end a process that still has something to read is to reset.
                await _recorder.WaitForAsync(EveryConnectionIsEnded);
                await ConnectionsEndedAsync(_isGraceful ? (int)_recorder.ConnectionsOpened : 0);
            }
        }
        finally
        {
            await (_peer?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (_recorder?.DisposeAsync() ?? ValueTask.CompletedTask);
        }

        Logs.Records.Where(record => record.Id.Name == "ConnectionEnded").Select(record => record.Values["Outcome"])
            .ShouldAllBe(outcome => Equals(outcome, ExpectedOutcome), Logs.ToString());
        Logs.Dispose();
    }

    /// <summary>Takes over a peer and records it, segment by segment.</summary>
    protected TPeer Observe<TPeer>(TPeer peer, Uri address)
        where TPeer : IAsyncDisposable
    {
        ArgumentNullException.ThrowIfNull(address);
        _peer = peer;
        _server = address;
        _recorder = SegmentRecorder.Start(RecordingDetail.EverySegment, address.Port);
        return peer;
    }

    /// <summary>A client with the transport layer alone; its opposite is <see cref="ConnectPlain"/>.</summary>
    protected HttpClient ConnectGraceful(Action<SocketsHttpHandler>? configure = null)
    {
        _isGraceful = true;
        return Connect(NewHandler(configure).UseGracefulClose(loggerFactory: Logs));
    }

    /// <summary>As it comes with the runtime.</summary>
    protected HttpClient ConnectPlain(Action<SocketsHttpHandler>? configure = null) => Connect(NewHandler(configure));

    protected HttpClient Connect(HttpMessageHandler handler)
    {
        var client = new HttpClient(handler) { BaseAddress = _server };
        _clients.Add(client);
        return client;
    }

    protected static SocketsHttpHandler NewHandler(Action<SocketsHttpHandler>? configure = null)
    {
        // What is disposed in the middle of its body is closed at once, not after the runtime's own drain.
        SocketsHttpHandler handler = new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero }.TrustTestCertificate();
        configure?.Invoke(handler);
        return handler;
    }

    /// <summary>The client's port of the first connection. What a peer has seen may still be on its way through the recorder.</summary>
    protected async Task<int> FirstPortAsync()
    {
        await Recorder.WaitForAsync(recorder => recorder.ConnectionsOpened > 0);
        return Recorder.Segments.First(segment => segment.IsOpening).ClientPort;
    }

    /// <summary>Completes when so many connections have ended, as the library says.</summary>
    protected async Task ConnectionsEndedAsync(int count = 1)
    {
        if (count == 0)
        {
            return;
        }

        int seen = 0;
        await Logs.WaitForAsync(record => record.Id.Name == "ConnectionEnded" && ++seen == count);
    }

    /// <summary>The first connection is over, and nobody has sent an RST. How it went ends with one of <paramref name="stories"/>.</summary>
    protected async Task ShouldEndInPeaceAsync(params string[] stories)
    {
        int port = await FirstPortAsync();
        await ConnectionsEndedAsync();
        await Recorder.WaitForAsync(recorder => recorder.IsOver(port));
        await Recorder.SettleAsync();
        string story = Recorder.Story(port);
        stories.ShouldContain(end => story.EndsWith(end, StringComparison.Ordinal), story);
        Recorder.ResetsFromClient.ShouldBe(0, Recorder.ToString());
        Recorder.ResetsFromServer.ShouldBe(0, Recorder.ToString());
    }

    private static bool EveryConnectionIsEnded(SegmentRecorder recorder) => recorder.Segments
        .Where(segment => segment.IsOpening)
        .All(opening => recorder.Flow(opening.ClientPort).Any(segment => segment.IsReset || (segment.FromClient && segment.IsFin)));
}
