using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace GracefulHttp.Tests.DependencyInjection;

/// <summary>A host whose clients end in stubs that answer when the test wants it, and count what was made for them.</summary>
internal sealed class FactoryFixture : IAsyncDisposable
{
    private readonly List<StubHandler> _primaries = [];
    private IHost? _host;

    public FactoryFixture() => Builder.Services.AddSingleton<ILoggerFactory>(Logs);

    public HostApplicationBuilder Builder { get; } = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());

    public RecordingLoggerFactory Logs { get; } = new();

    public IReadOnlyList<StubHandler> Primaries => _primaries;

    public IHost Host => _host ?? throw new InvalidOperationException("Start first.");

    /// <summary>How abandoned requests ended, as the log tells.</summary>
    public IEnumerable<string> Outcomes => Logs.Records.Where(static r => r.Id.Name == "RequestEnded").Select(static r => (string)r.Values["Outcome"]!);

    private TaskCompletionSource Answers { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IHttpClientBuilder AddClient(string name) => Builder.Services.AddHttpClient(name).ConfigurePrimaryHttpMessageHandler(NewPrimary);

    public async Task StartAsync()
    {
        _host = Builder.Build();
        await _host.StartAsync();
    }

    public HttpClient CreateClient(string name) => Host.Services.GetRequiredService<IHttpClientFactory>().CreateClient(name);

    /// <summary>A request that is sent, and left before its answer.</summary>
    public async Task AbandonAsync(string name)
    {
        using HttpClient client = CreateClient(name);
        using var caller = new CancellationTokenSource();
        Task<HttpResponseMessage> request = client.GetAsync("http://test/", caller.Token);
        await caller.CancelAsync();
        await Should.ThrowAsync<TaskCanceledException>(request.WithinAsync());
    }

    /// <summary>All requests are answered, those of the past and of the future.</summary>
    public void Answer() => Answers.TrySetResult();

    public Task WaitForOutcomesAsync(int count) => Logs.WaitForAsync(_ => Outcomes.Count() >= count);

    /// <summary>Makes the factory take another handler: its lifetime, at least a second, has run out.</summary>
    public async Task RotateAsync(string name)
    {
        int before = _primaries.Count;
        var factory = Host.Services.GetRequiredService<IHttpMessageHandlerFactory>();
        while (_primaries.Count == before)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
            factory.CreateHandler(name);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Answer();
        if (_host is not null)
        {
            if (!_host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopped.IsCancellationRequested)
            {
                await _host.StopAsync().WithinAsync();
            }

            _host.Dispose();
            _host = null;
        }

        Logs.Dispose();
    }

    private StubHandler NewPrimary()
    {
        var primary = new StubHandler(async (_, token) =>
        {
            await Answers.Task.WaitAsync(token);
            return new HttpResponseMessage();
        });
        _primaries.Add(primary);
        return primary;
    }
}
