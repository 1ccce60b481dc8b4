using System.Net;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.TestKit.Wire;
using Microsoft.Extensions.Logging;

namespace GracefulHttp.WireTests.Carriers;

/// <summary>
/// A <see cref="CarrierServer"/> that answers <c>/next</c> at once and all else by its script. After each test nothing of the
/// clients is left, the server has seen no request but those that were expected, and nothing unexpected was warned about.
/// </summary>
public abstract class CarrierTest : IAsyncLifetime
{
    private readonly List<WireClient> _clients = [];
    private readonly TestMeterFactory _meters = new();
    private CarrierServer? _server;
    private SegmentRecorder? _recorder;
    private string[]? _expected;

    protected CarrierTest() => Metrics = new MeterRecorder(GracefulHttpTelemetry.Name, _meters);

    /// <summary>Where the server's answers are held.</summary>
    protected SyncPoint Held { get; } = new();

    protected RecordingLoggerFactory Logs { get; } = new();

    protected MeterRecorder Metrics { get; }

    /// <summary>The events that must be warned about; no others may.</summary>
    protected IReadOnlyList<string> ExpectedWarnings { get; set; } = [];

    protected Carrier Carrier { get; private set; }

    protected CarrierServer Server => _server ?? throw new InvalidOperationException("Serve first.");

    protected SegmentRecorder Recorder => _recorder ?? throw new InvalidOperationException("Serve first.");

    /// <summary>How abandoned requests have ended, as the log tells.</summary>
    protected IEnumerable<string> Outcomes =>
        Logs.Records.Where(record => record.Id.Name == "RequestEnded").Select(record => (string)record.Values["Outcome"]!);

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
            await (_expected is null ? Task.CompletedTask : _server.WhenEndedAsync());
            await _server.DisposeAsync();
            (_expected is null || _server.Seen.SequenceEqual(_expected)).ShouldBeTrue(string.Join(", ", _server.Seen));
        }

        await (_recorder?.DisposeAsync() ?? ValueTask.CompletedTask);
        Logs.Records.Where(record => record.Level >= LogLevel.Warning).Select(record => record.Id.Name).ShouldBe(ExpectedWarnings, Logs.ToString());
        Metrics.Sum(GracefulHttpTelemetry.DrainsActive).ShouldBe(0);
        Metrics.Dispose();
        _meters.Dispose();
        Logs.Dispose();
    }

    protected async Task ServeAsync(Carrier carrier, Func<CarrierExchange, Task> answer, int maxStreams = 100)
    {
        Carrier = carrier;
        _server = await CarrierServer.StartAsync(
            carrier, exchange => exchange.Path == "/next" ? exchange.AnswerAsync() : answer(exchange), maxStreams);
        _recorder = SegmentRecorder.Start(_server.Port);
    }

    /// <summary>Answers <c>/held</c> late, everything else at once.</summary>
    protected Task ServeHeldAsync(Carrier carrier, int status = 200, params string[] headers) => ServeAsync(carrier, async exchange =>
    {
        if (exchange.Path == "/held")
        {
            await Held.ArriveAsync();
            await exchange.AnswerAsync(status, headers);
            return;
        }

        await exchange.AnswerAsync();
    });

    protected static SocketsHttpHandler NewSockets() => new SocketsHttpHandler().TrustTestCertificate();

    /// <summary>A client with both layers.</summary>
    protected WireClient Connect(SocketsHttpHandler? sockets = null, GracefulHttpOptions? options = null, TimeProvider? clock = null) =>
        ConnectThrough(new GracefulHttpHandler(options ?? new GracefulHttpOptions(), sockets ?? NewSockets())
        {
            LoggerFactory = Logs,
            MeterFactory = _meters,
            TimeProvider = clock ?? TimeProvider.System,
        });

    /// <summary>A client of any other make.</summary>
    protected WireClient ConnectThrough(HttpMessageHandler handler, Uri? server = null)
    {
        var client = new WireClient(server ?? Server.BaseAddress, handler, Recorder);
        client.Http.DefaultRequestVersion = Carrier.IsHttp2() ? HttpVersion.Version20 : HttpVersion.Version11;
        client.Http.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        _clients.Add(client);
        return client;
    }

    protected HttpRequestMessage NewRequest(string path, bool withHeaders = true, HttpMethod? method = null)
    {
        var request = new HttpRequestMessage(method ?? HttpMethod.Get, new Uri(Server.BaseAddress, path))
        {
            Version = Carrier.IsHttp2() ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (withHeaders)
        {
            request.Headers.Add("X-Header", "value");
        }

        return request;
    }

    /// <summary>Sends a request and leaves it as soon as somebody has arrived where it is held.</summary>
    protected static Task<OperationCanceledException> AbandonAsync(
        WireClient client, SyncPoint held, HttpRequestMessage request, bool suppressFlow = false) => client.AbandonAsync(
            held,
            (http, token) =>
            {
                using AsyncFlowControl? suppressed = suppressFlow ? ExecutionContext.SuppressFlow() : null;
                return http.SendAsync(request, token);
            },
            begun: Task.CompletedTask);

    /// <summary>Nothing of the client goes on, and the server has seen (and, at the test's end, will have seen) nothing but this and <c>/next</c>.</summary>
    protected async Task ShouldSeeNoGhostAsync(WireClient client, params string[] requests)
    {
        await client.WaitForIdleAsync();
        (await client.Http.GetStringAsync("/next").WithinAsync()).ShouldBe("ok");
        await Recorder.SettleAsync();
        _expected = [.. requests, "GET /next"];
        Server.Seen.ShouldBe(_expected);
        Recorder.ResetsFromClient.ShouldBe(0);
    }
}
