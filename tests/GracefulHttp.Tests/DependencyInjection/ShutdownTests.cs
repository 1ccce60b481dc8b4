using GracefulHttp.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace GracefulHttp.Tests.DependencyInjection;

/// <summary>The end of the application is the end of its clients.</summary>
public sealed class ShutdownTests : IAsyncDisposable
{
    private readonly FactoryFixture _factory = new();

    public ValueTask DisposeAsync() => _factory.DisposeAsync();

    [Fact]
    public async Task Stop_ClosesThePools()
    {
        _factory.AddClient("client").AddGracefulHttp();
        await _factory.StartAsync();
        using HttpClient client = _factory.CreateClient("client");

        await _factory.Host.StopAsync().WithinAsync();

        _factory.Primaries.Single().IsDisposed.ShouldBeTrue();
        await Should.ThrowAsync<ObjectDisposedException>(() => client.GetAsync("http://test/"));
    }

    [Fact]
    public async Task CreateClient_AfterTheStop_ItsRequestsFail()
    {
        _factory.AddClient("client").AddGracefulHttp();
        await _factory.StartAsync();
        _factory.Answer();
        await _factory.Host.StopAsync().WithinAsync();

        using HttpClient client = _factory.CreateClient("client");

        await Should.ThrowAsync<ObjectDisposedException>(() => client.GetAsync("http://test/").WithinAsync());
        _factory.Primaries.Single().IsDisposed.ShouldBeTrue();
    }

    [Fact]
    public async Task CreateHandler_AfterTheStop_IsDisposedWithTheContainer()
    {
        _factory.AddClient("client").AddGracefulHttp();
        await _factory.StartAsync();
        await _factory.Host.StopAsync().WithinAsync();
        HttpMessageHandler handler = _factory.Host.Services.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler("client");

        await _factory.DisposeAsync();

        _factory.Primaries.Single().IsDisposed.ShouldBeTrue();
        GC.KeepAlive(handler);
    }

    [Fact]
    public async Task Stop_ClosesThePoolsOfHandlersThatWereRotatedToo()
    {
        _factory.AddClient("client").SetHandlerLifetime(TimeSpan.FromSeconds(1)).AddGracefulHttp();
        await _factory.StartAsync();
        using HttpClient client = _factory.CreateClient("client");
        await _factory.RotateAsync("client").WithinAsync();

        await _factory.Host.StopAsync().WithinAsync();

        _factory.Primaries.Select(static primary => primary.IsDisposed).ShouldBe([true, true]);
        GC.KeepAlive(client);
    }

    [Fact]
    public async Task Stop_ARequestThatIsLeftRuns_WaitsNoLongerThanTheShutdownTimeout()
    {
        await AbandonInDrainAsync(static options => (options.DrainTimeout, options.ShutdownTimeout) = (TimeSpan.FromHours(1), TimeSpan.FromMilliseconds(50)));

        await _factory.Host.StopAsync().WithinAsync();

        await ShouldLogWhatIsLeftAsync();
    }

    [Fact]
    public async Task Stop_TheHostsOwnTimeIsUpFirst_WaitsNoLongerThanThat()
    {
        _factory.Builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = TimeSpan.FromMilliseconds(50));
        await AbandonInDrainAsync(static options => (options.DrainTimeout, options.ShutdownTimeout) = (TimeSpan.FromHours(1), TimeSpan.FromHours(1)));

        await _factory.Host.StopAsync().WithinAsync();

        await ShouldLogWhatIsLeftAsync();
    }

    [Fact]
    public async Task Stop_ARequestThatIsLeftEnds_IsWaitedFor()
    {
        await AbandonInDrainAsync(static options => (options.DrainTimeout, options.ShutdownTimeout) = (TimeSpan.FromHours(1), TimeSpan.FromHours(1)));

        Task stopping = _factory.Host.StopAsync();
        stopping.IsCompleted.ShouldBeFalse();
        _factory.Answer();
        await stopping.WithinAsync();

        _factory.Outcomes.ShouldBe(["drained"]);
        _factory.Logs.Records.ShouldNotContain(static record => record.Id.Name == "ShutdownIncomplete");
    }

    [Fact]
    public async Task Stop_AServiceAbandonsARequestWhileItStops_IsClosedAndNotDrained()
    {
        _factory.AddClient("client").AddGracefulHttp(static options => options.DrainTimeout = TimeSpan.FromHours(1));
        _factory.Builder.Services.AddSingleton<IHostedService>(new StoppingService(() => _factory.AbandonAsync("client")));
        await _factory.StartAsync();

        await _factory.Host.StopAsync().WithinAsync();

        _factory.Outcomes.ShouldBe(["drain_refused"]);
    }

    [Fact]
    public async Task Stop_ByAHostThatKnowsNoLifecycle_RefusesDrainsAndLeavesThePoolsToTheContainer()
    {
        _factory.AddClient("client").AddGracefulHttp(static options => options.DrainTimeout = TimeSpan.FromHours(1));
        await using ServiceProvider provider = _factory.Builder.Services.BuildServiceProvider();
        using HttpClient client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("client");
        using var caller = new CancellationTokenSource();

        foreach (IHostedService service in provider.GetServices<IHostedService>())
        {
            await service.StopAsync(CancellationToken.None);
        }

        Task<HttpResponseMessage> request = client.GetAsync("http://test/", caller.Token);
        await caller.CancelAsync();
        await Should.ThrowAsync<TaskCanceledException>(request.WithinAsync());
        await _factory.WaitForOutcomesAsync(1);
        _factory.Outcomes.ShouldBe(["drain_refused"]);
        _factory.Primaries.Single().IsDisposed.ShouldBeFalse();
        await provider.DisposeAsync();
        _factory.Primaries.Single().IsDisposed.ShouldBeTrue();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Container_DisposedWithoutAHost_ClosesThePools(bool async)
    {
        _factory.AddClient("client").AddGracefulHttp();
        ServiceProvider provider = _factory.Builder.Services.BuildServiceProvider();
        using HttpClient client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("client");

        if (async)
        {
            await provider.DisposeAsync().AsTask().WithinAsync();
        }
        else
        {
            provider.Dispose();
        }

        _factory.Primaries.Single().IsDisposed.ShouldBeTrue();
    }

    [Fact]
    public async Task Container_DisposedWithoutAHost_LeavesTheClientsOfOthersAlone()
    {
        // The opposite: a factory leaves its handlers behind.
        _factory.AddClient("client");
        ServiceProvider provider = _factory.Builder.Services.BuildServiceProvider();
        using HttpClient client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("client");

        await provider.DisposeAsync();

        _factory.Primaries.Single().IsDisposed.ShouldBeFalse();
    }

    [Fact]
    public async Task Stop_NoClientWasEverMade_EndsAtOnce()
    {
        _factory.AddClient("client").AddGracefulHttp();
        await _factory.StartAsync();

        await _factory.Host.StopAsync().WithinAsync();

        _factory.Primaries.ShouldBeEmpty();
    }

    private async Task AbandonInDrainAsync(Action<GracefulHttpOptions> configure)
    {
        _factory.AddClient("client").AddGracefulHttp(configure);
        await _factory.StartAsync();
        await _factory.AbandonAsync("client");
    }

    /// <summary>A host whose own time is up does not wait for what its services still say.</summary>
    private async Task ShouldLogWhatIsLeftAsync()
    {
        TestKit.Diagnostics.LogRecord record = await _factory.Logs.WaitForAsync(static record => record.Id.Name == "ShutdownIncomplete").WithinAsync();
        record.Level.ShouldBe(LogLevel.Warning);
        record.Values["Left"].ShouldBe(1);
        _factory.Outcomes.ShouldBeEmpty();
    }

    private sealed class StoppingService(Func<Task> stop) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => stop();
    }
}
