using GracefulHttp.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace GracefulHttp.Tests.DependencyInjection;

/// <summary>The end of the application is the end of its clients.</summary>
public sealed class ShutdownTests
{
    private readonly HostApplicationBuilder _builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());

    [Fact]
    public async Task Stop_ClosesThePools()
    {
        using var primary = new StubHandler(static _ => new HttpResponseMessage());
        _builder.Services.AddHttpClient("client").AddGracefulHttp().ConfigurePrimaryHttpMessageHandler(() => primary);
        using IHost host = _builder.Build();
        await host.StartAsync();
        using HttpClient client = host.Services.GetRequiredService<IHttpClientFactory>().CreateClient("client");

        await host.StopAsync().WithinAsync();

        primary.IsDisposed.ShouldBeTrue();
    }

    [Fact]
    public async Task Stop_ARequestThatIsLeftRuns_WaitsNoLongerThanTheShutdownTimeout()
    {
        var answer = new TaskCompletionSource<HttpResponseMessage>();
        using var primary = new StubHandler((_, _) => answer.Task);
        _builder.Services.AddHttpClient("client")
            .AddGracefulHttp(static options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(50))
            .ConfigurePrimaryHttpMessageHandler(() => primary);
        using IHost host = _builder.Build();
        await host.StartAsync();
        using HttpClient client = host.Services.GetRequiredService<IHttpClientFactory>().CreateClient("client");
        using var caller = new CancellationTokenSource();
        Task<HttpResponseMessage> request = client.GetAsync("http://test/", caller.Token);
        await caller.CancelAsync();
        await Should.ThrowAsync<TaskCanceledException>(request);

        await host.StopAsync().WithinAsync();

        answer.SetResult(new HttpResponseMessage());
    }
}
