using System.Collections.Concurrent;
using System.Net;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.TestKit.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace GracefulHttp.WireTests.Http2;

/// <summary>
/// Kestrel over HTTP/2, which counts the streams that its client resets, and one client. After each test: nothing drains, the
/// connection has never been ended by the client, and nothing was logged that a user should worry about.
/// </summary>
public abstract class Http2Test : IAsyncLifetime
{
    private readonly TestMeterFactory _meters = new();
    private readonly ConcurrentQueue<string> _connections = [];
    private readonly ConcurrentQueue<SyncPoint> _next = [];
    private KestrelServer? _server;
    private SegmentRecorder? _recorder;
    private WireClient? _client;
    private int _completed;

    protected Http2Test() => Metrics = new MeterRecorder(GracefulHttpTelemetry.Name, _meters);

    /// <summary>Where the server's answer to the first <c>/held</c> is held.</summary>
    protected SyncPoint Held { get; } = new();

    protected RecordingLoggerFactory Logs { get; } = new();

    protected MeterRecorder Metrics { get; }

    protected Http2FrameLog Frames { get; } = new();

    protected WireClient Client => _client ?? throw new InvalidOperationException("Start first.");

    protected KestrelServer Server => _server ?? throw new InvalidOperationException("Start first.");

    /// <summary>Answers to <c>/held</c> that ran to their end without their client having left.</summary>
    protected int Completed => Volatile.Read(ref _completed);

    /// <summary>How many connections have carried requests.</summary>
    protected int Connections => _connections.Distinct().Count();

    public ValueTask InitializeAsync()
    {
        Assert.SkipUnless(SegmentRecorder.IsAvailable(out string whyNot), whyNot);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Held.Release();
        if (_client is not null)
        {
            await _client.WaitForIdleAsync();
            await _recorder!.SettleAsync();
            (_recorder.FinsFromClient + _recorder.ResetsFromClient).ShouldBe(0);
        }

        foreach (IAsyncDisposable? part in (IAsyncDisposable?[])[_client, _recorder, _server])
        {
            await (part?.DisposeAsync() ?? ValueTask.CompletedTask);
        }

        Logs.Records.ShouldAllBe(static record => record.Level < LogLevel.Warning, Logs.ToString());
        Metrics.Sum(GracefulHttpTelemetry.DrainsActive).ShouldBe(0);
        Metrics.Dispose();
        _meters.Dispose();
        Logs.Dispose();
    }

    /// <summary>An answer that is held in this phase.</summary>
    protected static Func<HttpContext, SyncPoint, Task> HeldIn(Phase phase, int rest = 10) => async (context, held) =>
    {
        context.Response.ContentLength = phase == Phase.ContentLengthBody ? 10 + rest : null;
        if (phase != Phase.Headers)
        {
            await context.Response.WriteAsync(new string('x', 10));
            await context.Response.Body.FlushAsync();
        }

        await held.ArriveAsync();
        await context.Response.WriteAsync(new string('x', rest));
    };

    /// <summary>Answers <c>/held</c> by the script, everything else at once.</summary>
    protected async Task<WireClient> StartAsync(
        Scheme scheme, GracefulHttpOptions options, Func<HttpContext, SyncPoint, Task> answer, TimeProvider? clock = null)
    {
        _server = await KestrelServer.StartAsync(context => AnswerAsync(context, answer), scheme.Tls(), http2: true, frames: Frames);
        _recorder = SegmentRecorder.Start(_server.Port);
        SocketsHttpHandler sockets = new SocketsHttpHandler { InitialHttp2StreamWindowSize = StreamWindow }.TrustTestCertificate();
        var handler = new GracefulHttpHandler(options, sockets)
        {
            LoggerFactory = Logs,
            MeterFactory = _meters,
            TimeProvider = clock ?? TimeProvider.System,
        };
        _client = new WireClient(_server.BaseAddress, handler, _recorder);
        _client.Http.DefaultRequestVersion = HttpVersion.Version20;
        _client.Http.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;

        // Without a header of its own it is not known whether a request has been sent.
        _client.Http.DefaultRequestHeaders.Add("X-Known", "sent");

        // And without a connection nothing has been.
        (await _client.Http.GetStringAsync("/next").WithinAsync()).ShouldBe("ok");
        return _client;
    }

    /// <summary>The runtime's default, unless a test needs room for large bodies that nobody reads.</summary>
    protected virtual int StreamWindow => 65_535;

    /// <summary>One more request to <c>/held</c> that is abandoned while its server is held, at the point that is returned.</summary>
    protected async Task<SyncPoint> AbandonAnotherAsync(Phase phase = Phase.Headers)
    {
        var held = new SyncPoint();
        Expect(held);
        await Client.AbandonAsync(held, phase);
        return held;
    }

    /// <summary>Holds the next answer to <c>/held</c> here; without this, the first one at <see cref="Held"/>.</summary>
    protected void Expect(SyncPoint held) => _next.Enqueue(held);

    /// <summary>Requests that nobody abandons.</summary>
    protected async Task CompleteAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            (await Client.Http.GetStringAsync("/next").WithinAsync()).ShouldBe("ok");
        }
    }

    /// <summary>Everything that the client has sent until now has been seen: its next request came behind it on its connection.</summary>
    protected async Task ShouldHaveResetAsync(int count)
    {
        await CompleteAsync(1);
        Connections.ShouldBe(1);
        Frames.ResetStreams.Count.ShouldBe(count);
    }

    private async Task AnswerAsync(HttpContext context, Func<HttpContext, SyncPoint, Task> answer)
    {
        _connections.Enqueue(context.Connection.Id);
        if (context.Request.Path != "/held")
        {
            await context.Response.WriteAsync("ok");
            return;
        }

        SyncPoint held = _next.TryDequeue(out SyncPoint? expected) ? expected : Held;
        await answer(context, held);
        if (!context.RequestAborted.IsCancellationRequested)
        {
            Interlocked.Increment(ref _completed);
        }
    }
}
