using System.Net;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.TestKit.Time;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly.Timeout;

namespace GracefulHttp.Tests.DependencyInjection;

/// <summary>Retries in the clients of a factory: where they come, with which options, and what they change of the client.</summary>
public sealed class RetryClientTests : IDisposable
{
    private readonly RecordingLoggerFactory _logs = new();
    private readonly HostApplicationBuilder _builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());

    public RetryClientTests() => _builder.Services.AddSingleton<ILoggerFactory>(_logs);

    private IConfigurationSection Section => _builder.Configuration.GetSection("Retry");

    public void Dispose() => _logs.Dispose();

    [Fact]
    public void AddGracefulRetry_AmongTheUsersHandlers_StandsWhereItIsCalled()
    {
        _builder.Services.AddHttpClient("client")
            .AddHttpMessageHandler(static () => new Outside())
            .AddGracefulRetry()
            .AddHttpMessageHandler(static () => new Inside());

        Chain("client").ShouldBe([nameof(Outside), nameof(GracefulRetryHandler), nameof(Inside), nameof(GracefulHttpHandler)]);
    }

    [Fact]
    public void AddGracefulRetry_Twice_IsAddedOnce()
    {
        _builder.Services.ConfigureHttpClientDefaults(static client => client.AddGracefulRetry());
        _builder.Services.AddHttpClient("client").AddGracefulRetry().AddGracefulHttp().AddGracefulRetry();

        Chain("client").ShouldBe([nameof(GracefulRetryHandler), nameof(GracefulHttpHandler)]);
        Chain("other").ShouldBe([nameof(GracefulRetryHandler), nameof(GracefulHttpHandler)]);
    }

    [Fact]
    public void AddGracefulRetry_ClientTakenOut_HasNeither()
    {
        _builder.Services.ConfigureHttpClientDefaults(static client => client.AddGracefulRetry());
        _builder.Services.AddHttpClient("client").RemoveGracefulHttp();

        Chain("client").ShouldBeEmpty();
        Client("client").Timeout.ShouldBe(TimeSpan.FromSeconds(100));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AddGracefulRetry_UsersTimeout_IsInfinite(bool inDefaults)
    {
        if (inDefaults)
        {
            _builder.Services.ConfigureHttpClientDefaults(static client => client.AddGracefulRetry());
        }

        IHttpClientBuilder client = _builder.Services.AddHttpClient("client");
        if (!inDefaults)
        {
            client.AddGracefulRetry();
        }

        client.ConfigureHttpClient(static http => http.Timeout = TimeSpan.FromSeconds(5));
        _builder.Services.AddHttpClient("plain").RemoveGracefulHttp();

        Client("client").Timeout.ShouldBe(Timeout.InfiniteTimeSpan);
        Client("plain").Timeout.ShouldBe(TimeSpan.FromSeconds(100));
    }

    [Fact]
    public async Task AddGracefulRetry_TransientFailure_IsRetriedWithTheClientsOptions()
    {
        int calls = 0;
        using var primary = new StubHandler(_ => new HttpResponseMessage(Interlocked.Increment(ref calls) < 3 ? HttpStatusCode.BadGateway : HttpStatusCode.OK));
        _builder.Services.AddHttpClient("client")
            .AddGracefulRetry(static options => options.Delay = TimeSpan.FromMilliseconds(1))
            .ConfigurePrimaryHttpMessageHandler(() => primary);

        using HttpResponseMessage response = await Client("client").GetAsync("http://test/").WithinAsync();

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        calls.ShouldBe(3);
    }

    [Fact]
    public async Task AddGracefulRetry_HandlersOfOneClient_ShareTheBudget()
    {
        int calls = 0;
        using var primary = new StubHandler(_ =>
        {
            Interlocked.Increment(ref calls);
            return new HttpResponseMessage(HttpStatusCode.BadGateway);
        });
        _builder.Services.AddHttpClient("client")
            .AddGracefulRetry(static options => (options.RetryRatio, options.MinRetriesPerSecond, options.Delay) = (0, 0, TimeSpan.FromMilliseconds(1)))
            .ConfigurePrimaryHttpMessageHandler(() => primary);
        using ServiceProvider services = _builder.Services.BuildServiceProvider();
        var clients = services.GetRequiredService<GracefulHttp.DependencyInjection.GracefulRetryClients>();
        using GracefulRetryHandler first = clients.CreateHandler("client");
        using GracefulRetryHandler second = clients.CreateHandler("client");

        foreach (GracefulRetryHandler handler in new[] { first, second })
        {
            handler.InnerHandler = primary;
            using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
            using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");
            (await invoker.SendAsync(request, CancellationToken.None).WithinAsync()).StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        }

        calls.ShouldBe(2);
    }

    [Fact]
    public async Task AddGracefulRetry_Section_BindsEveryOption()
    {
        Set("TotalRequestTimeout", "00:00:09");
        Set("AttemptTimeout", "00:00:02");
        Set("MaxRetryAttempts", "4");
        Set("Delay", "00:00:00.5");
        Set("MaxDelay", "00:00:06");
        Set("AcceptLateResponses", "false");
        Set("RetryNonIdempotentMethods", "true");
        Set("RetryRatio", "0.5");
        Set("MinRetriesPerSecond", "8");
        _builder.Services.AddHttpClient("client").AddGracefulRetry(Section);

        using IHost host = await StartAsync();

        GracefulRetryOptions options = Options(host, "client");
        (options.TotalRequestTimeout, options.AttemptTimeout).ShouldBe((TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(2)));
        (options.Delay, options.MaxDelay).ShouldBe((TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(6)));
        (options.MaxRetryAttempts, options.MinRetriesPerSecond, options.RetryRatio).ShouldBe((4, 8, 0.5));
        (options.AcceptLateResponses, options.RetryNonIdempotentMethods).ShouldBe((false, true));
        Options(host, "other").MaxRetryAttempts.ShouldBe(3);
    }

    [Fact]
    public async Task AddGracefulRetry_SameSectionAsAddGracefulHttp_WarnsOnlyOfWhatIsAnOptionOfNeither()
    {
        Set("Strategy", "Close");
        Set("AttemptTimeout", "00:00:02");
        Set("AttemptTimout", "00:00:03");
        Set("ShouldHandle", "MyApp.Predicate");
        _builder.Services.AddHttpClient("client").AddGracefulHttp(Section).AddGracefulRetry(Section);

        using IHost host = await StartAsync();

        Options(host, "client").AttemptTimeout.ShouldBe(TimeSpan.FromSeconds(2));
        _logs.Records.Where(static record => record.Level >= LogLevel.Warning).Select(static record => record.Values["Names"]).Distinct()
            .ShouldBe(["AttemptTimout, ShouldHandle"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Start_SeveralBadValues_TellsAllOfThem(bool inDefaults)
    {
        Set("AttemptTimeout", "00:01:00");
        Set("MaxRetryAttempts", "many");
        Set("RetryRatio", "2");
        if (inDefaults)
        {
            _builder.Services.ConfigureHttpClientDefaults(client => client.AddGracefulRetry(Section));
        }
        else
        {
            _builder.Services.AddHttpClient("client").AddGracefulRetry(Section);
        }

        using IHost host = _builder.Build();
        var e = await Should.ThrowAsync<OptionsValidationException>(host.StartAsync());

        string whose = inDefaults ? "GracefulRetry" : "GracefulRetry of the client 'client'";
        e.Failures.ShouldBe(
            [
                $"{whose}: AttemptTimeout is 00:01:00; it must be at most TotalRequestTimeout, which is 00:00:30.",
                $"{whose}: MaxRetryAttempts is 'many'; it must be 0 to 10.",
                $"{whose}: RetryRatio is 2; it must be 0 to 1.",
            ],
            ignoreOrder: true);
    }

    [Fact]
    public async Task Reload_Valid_AppliesToTheClient()
    {
        int calls = 0;
        using var primary = new StubHandler(_ =>
        {
            Interlocked.Increment(ref calls);
            return new HttpResponseMessage(HttpStatusCode.BadGateway);
        });
        Set("MaxRetryAttempts", "0");
        Set("Delay", "00:00:00.001");
        _builder.Services.AddHttpClient("client").AddGracefulRetry(Section).ConfigurePrimaryHttpMessageHandler(() => primary);
        using IHost host = await StartAsync();
        using HttpClient client = host.Services.GetRequiredService<IHttpClientFactory>().CreateClient("client");
        (await client.GetAsync("http://test/").WithinAsync()).Dispose();
        calls.ShouldBe(1);

        Set("MaxRetryAttempts", "2");
        Reload();
        (await client.GetAsync("http://test/").WithinAsync()).Dispose();

        calls.ShouldBe(1 + 3);
        _logs.Records.ShouldNotContain(static record => record.Level >= LogLevel.Warning && record.Id.Name == "ReloadRefused");
    }

    [Fact]
    public async Task Reload_Invalid_KeepsTheLastGoodValueAndIsLogged()
    {
        _builder.Services.AddHttpClient("client").AddGracefulRetry(Section);
        using IHost host = await StartAsync();

        Set("MaxRetryAttempts", "2");
        Set("RetryRatio", "half");
        Reload();

        Options(host, "client").MaxRetryAttempts.ShouldBe(3);
        (await _logs.WaitForAsync(static record => record.Id.Name == "ReloadRefused")).Message.ShouldContain("RetryRatio is 'half'");
    }

    [Fact]
    public async Task AddGracefulRetry_ContainersTimeProvider_IsTheClock()
    {
        var clock = new FakeTimeProvider();
        using var primary = new StubHandler(static async (_, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            throw new InvalidOperationException("Never.");
        });
        _builder.Services.AddSingleton<TimeProvider>(clock);
        _builder.Services.AddHttpClient("client")
            .AddGracefulRetry(static options => options.TotalRequestTimeout = TimeSpan.FromHours(1))
            .ConfigurePrimaryHttpMessageHandler(() => primary);
        Task<HttpResponseMessage> call = Client("client").GetAsync("http://test/");
        await clock.WaitForTimerAsync(TimeSpan.FromHours(1));

        clock.Advance(TimeSpan.FromHours(1));

        await Should.ThrowAsync<TimeoutRejectedException>(call.WithinAsync());
    }

    [Fact]
    public void AddGracefulRetry_Null_ThrowsArgumentNullException()
    {
        IHttpClientBuilder client = _builder.Services.AddHttpClient("client");

        Should.Throw<ArgumentNullException>(() => ((IHttpClientBuilder)null!).AddGracefulRetry()).ParamName.ShouldBe("builder");
        Should.Throw<ArgumentNullException>(() => ((IHttpClientBuilder)null!).AddGracefulRetry(static _ => { })).ParamName.ShouldBe("builder");
        Should.Throw<ArgumentNullException>(() => ((IHttpClientBuilder)null!).AddGracefulRetry(Section)).ParamName.ShouldBe("builder");
        Should.Throw<ArgumentNullException>(() => client.AddGracefulRetry((Action<GracefulRetryOptions>)null!)).ParamName.ShouldBe("configure");
        Should.Throw<ArgumentNullException>(() => client.AddGracefulRetry((IConfigurationSection)null!)).ParamName.ShouldBe("section");
    }

    private static GracefulRetryOptions Options(IHost host, string name) =>
        host.Services.GetRequiredService<IOptionsMonitor<GracefulRetryOptions>>().Get(name);

    private void Set(string option, string value) => _builder.Configuration[$"Retry:{option}"] = value;

    private void Reload() => ((IConfigurationRoot)_builder.Configuration).Reload();

    private async Task<IHost> StartAsync()
    {
        IHost host = _builder.Build();
        await host.StartAsync();
        return host;
    }

    private HttpClient Client(string name) =>
        _builder.Services.BuildServiceProvider().GetRequiredService<IHttpClientFactory>().CreateClient(name);

    private string[] Chain(string name)
    {
        using ServiceProvider provider = _builder.Services.BuildServiceProvider();
        var names = new List<string>();
        HttpMessageHandler? handler = provider.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(name);
        while (handler is DelegatingHandler delegating)
        {
            if (handler is Outside or Inside or GracefulRetryHandler or GracefulHttpHandler)
            {
                names.Add(handler.GetType().Name);
            }

            handler = delegating.InnerHandler;
        }

        return [.. names];
    }

    private sealed class Outside : DelegatingHandler;

    private sealed class Inside : DelegatingHandler;
}
