using System.Diagnostics.Metrics;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.TestKit.Wire;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace GracefulHttp.WireTests.Factory;

/// <summary>A host with clients of a factory, a FIN-blind server, and a recorder on its port. After each test nothing unexpected was warned about.</summary>
public abstract class FactoryTest : IAsyncLifetime
{
    private readonly HostApplicationBuilder _builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
    private FinBlindServer? _server;
    private SegmentRecorder? _recorder;
    private MeterRecorder? _metrics;
    private IHost? _host;

    /// <summary>Where the server's answers to <c>/held</c> are held.</summary>
    protected SyncPoint Held { get; } = new();

    protected RecordingLoggerFactory Logs { get; } = new();

    /// <summary>The events that must be warned about; no others may.</summary>
    protected IReadOnlyList<string> ExpectedWarnings { get; set; } = [];

    protected IConfigurationManager Configuration => _builder.Configuration;

    protected IServiceCollection Services => _builder.Services;

    protected IHost Host => _host ?? throw new InvalidOperationException("Start first.");

    protected FinBlindServer Server => _server ?? throw new InvalidOperationException("Serve first.");

    protected SegmentRecorder Recorder => _recorder ?? throw new InvalidOperationException("Serve first.");

    protected MeterRecorder Metrics => _metrics ?? throw new InvalidOperationException("Start first.");

    public ValueTask InitializeAsync()
    {
        Assert.SkipUnless(SegmentRecorder.IsAvailable(out string whyNot), whyNot);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Held.Release();
        if (_host is not null)
        {
            await _host.StopAsync().WithinAsync();
            _host.Dispose();
        }

        foreach (IAsyncDisposable? part in (IAsyncDisposable?[])[_server, _recorder])
        {
            await (part?.DisposeAsync() ?? ValueTask.CompletedTask);
        }

        _metrics?.Dispose();
        Logs.Records.Where(static record => record.Level >= LogLevel.Warning).Select(static record => record.Id.Name).Distinct()
            .ShouldBe(ExpectedWarnings, Logs.ToString());
        Logs.Dispose();
    }

    /// <summary>Answers <c>/held</c> by the script, everything else at once.</summary>
    protected void Serve(Scheme scheme, Func<FinBlindExchange, Task> heldScript)
    {
        _server = FinBlindServer.Start(FinBlindScripts.ByTarget(("/held", heldScript)), scheme.Tls());
        _recorder = SegmentRecorder.Start(Server.Port);
        Services.ConfigureHttpClientDefaults(client => client
            .ConfigureHttpClient(http => http.BaseAddress = Server.BaseAddress)
            .UseSocketsHttpHandler(static (sockets, _) => sockets.TrustTestCertificate()));
    }

    /// <summary>Holds every call to <c>/held</c> before its answer; completes when so many have come.</summary>
    protected Task ServeCalls(Scheme scheme, int calls)
    {
        int arrived = 0;
        var allArrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Func<FinBlindExchange, Task> held = Phase.Headers.HeldScript(Held);
        Serve(scheme, exchange =>
        {
            if (Interlocked.Increment(ref arrived) == calls)
            {
                allArrived.SetResult();
            }

            return held(exchange);
        });
        return allArrived.Task;
    }

    protected async Task StartAsync()
    {
        Services.AddSingleton<ILoggerFactory>(Logs);
        _host = _builder.Build();
        _metrics = new MeterRecorder(GracefulHttpTelemetry.Name, _host.Services.GetService<IMeterFactory>());
        await _host.StartAsync();
    }

    protected HttpClient CreateClient(string name = "client") => Host.Services.GetRequiredService<IHttpClientFactory>().CreateClient(name);

    /// <summary>A call to <c>/held</c> whose caller leaves while the server is held.</summary>
    protected async Task AbandonAsync(HttpClient client)
    {
        using var caller = new CancellationTokenSource();
        Task<HttpResponseMessage> running = client.GetAsync("/held", caller.Token);
        await Held.ArrivedAsync();
        await Recorder.SettleAsync();
        await caller.CancelAsync();
        (await Should.ThrowAsync<OperationCanceledException>(running.WithinAsync())).CancellationToken.ShouldBe(caller.Token);
        Held.IsReleased.ShouldBeFalse();
    }

    /// <summary>As the plain client ends it: at once, and the answer then finds nobody.</summary>
    protected async Task ShouldResetAsync()
    {
        await Recorder.WaitForAsync(static recorder => recorder.FinsFromClient + recorder.ResetsFromClient > 0);
        Held.Release();
        await Recorder.WaitForAsync(static recorder => recorder.ConnectionsResetByClient == 1);
    }

    /// <summary>How connections have ended, as the metric tells; the log says the same.</summary>
    protected IEnumerable<string> ConnectionsClosed()
    {
        string[] closed = [.. Metrics.Measurements.Where(static m => m.Instrument.Name == GracefulHttpTelemetry.ConnectionsClosed)
            .Select(static m => (string)m.Tags[GracefulHttpTelemetry.Outcome]!)];
        Logs.Records.Where(static record => record.Id.Name == "ConnectionEnded").Select(static record => (string)record.Values["Outcome"]!)
            .ShouldBe(closed, ignoreOrder: true);
        return closed;
    }
}
