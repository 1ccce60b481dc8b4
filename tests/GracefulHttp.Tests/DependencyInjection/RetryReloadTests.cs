using GracefulHttp.TestKit.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GracefulHttp.Tests.DependencyInjection;

/// <summary>Reloads of options of which one bounds the other: what is valid depends on what is said elsewhere, for a client or for all.</summary>
public sealed class RetryReloadTests : IDisposable
{
    private readonly RecordingLoggerFactory _logs = new();
    private readonly HostApplicationBuilder _builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());

    public RetryReloadTests() => _builder.Services.AddSingleton<ILoggerFactory>(_logs);

    /// <summary>Who says which time-out.</summary>
    public enum Sections
    {
        /// <summary>Both are those of one client, the total first.</summary>
        TotalThenAttempt,

        /// <summary>Both are those of one client, the attempt's first.</summary>
        AttemptThenTotal,

        /// <summary>The total is that of all clients.</summary>
        TotalOfAll,

        /// <summary>The attempt's is that of all clients.</summary>
        AttemptOfAll,
    }

    public static TheoryData<Sections, int, int, int, int> Reloads()
    {
        var rows = new TheoryData<Sections, int, int, int, int>();
        foreach (Sections sections in Enum.GetValues<Sections>())
        {
            rows.Add(sections, 12, 10, 28, 25);
            rows.Add(sections, 28, 25, 12, 10);
        }

        return rows;
    }

    public void Dispose() => _logs.Dispose();

    [Theory]
    [MemberData(nameof(Reloads))]
    public async Task Reload_ValidOnlyAsAWhole_IsTakenAsAWhole(Sections sections, int totalBefore, int attemptBefore, int total, int attempt)
    {
        Set(totalBefore, attemptBefore);
        Add(sections);
        using IHost host = await StartAsync();
        TimeoutsOf(host, "client").ShouldBe((totalBefore, attemptBefore));

        Set(total, attempt);
        Reload();

        TimeoutsOf(host, "client").ShouldBe((total, attempt));
        _logs.Records.ShouldNotContain(static record => record.Level >= LogLevel.Warning);
    }

    [Theory]
    [InlineData(Sections.TotalThenAttempt)]
    [InlineData(Sections.AttemptThenTotal)]
    [InlineData(Sections.TotalOfAll)]
    [InlineData(Sections.AttemptOfAll)]
    public async Task Reload_ListenerThrows_IsTakenAllTheSameAndTold(Sections sections)
    {
        Set(20, 10);
        Add(sections);
        using IHost host = await StartAsync();
        using IDisposable? listening = host.Services.GetRequiredService<IOptionsMonitor<GracefulRetryOptions>>()
            .OnChange(static (_, _) => throw new InvalidOperationException("Not today."));

        Set(60, 30);
        Reload();

        TimeoutsOf(host, "client").ShouldBe((60, 30));
        _logs.Records.ShouldContain(static record => record.Id.Name == "BackgroundWorkFailed");
    }

    [Theory]
    [InlineData(Sections.TotalThenAttempt)]
    [InlineData(Sections.AttemptThenTotal)]
    [InlineData(Sections.TotalOfAll)]
    [InlineData(Sections.AttemptOfAll)]
    public async Task Reload_NotValidAsAWhole_TheGoodSectionIsTakenAndTheBadOneIsLogged(Sections sections)
    {
        Set(20, 10);
        Add(sections);
        using IHost host = await StartAsync();

        Set(28, 29);
        Reload();

        TimeoutsOf(host, "client").ShouldBe((28, 10));
        string[] refusals = [.. _logs.Records.Where(static record => record.Id.Name == "ReloadRefused").Select(static record => record.Message)];
        refusals.ShouldNotBeEmpty();
        refusals.ShouldAllBe(static refusal => refusal.Contains("AttemptTimeout is 00:00:29; it must be at most TotalRequestTimeout"));
    }

    [Theory]
    [InlineData("AddGracefulRetry")]
    [InlineData("AddGracefulRetry of a section")]
    [InlineData("Configure")]
    public async Task Reload_OfTheDefaults_IsCheckedAgainstAClientThatWasNeverMade(string how)
    {
        Set(60, 10);
        _builder.Configuration["Own:AttemptTimeout"] = "00:00:40";
        _builder.Services.ConfigureHttpClientDefaults(client => client.AddGracefulRetry(_builder.Configuration.GetSection("Total")));
        IHttpClientBuilder client = _builder.Services.AddHttpClient("client");
        switch (how)
        {
            case "AddGracefulRetry":
                client.AddGracefulRetry(static options => options.AttemptTimeout = TimeSpan.FromSeconds(40));
                break;
            case "Configure":
                _builder.Services.Configure<GracefulRetryOptions>("client", static options => options.AttemptTimeout = TimeSpan.FromSeconds(40));
                break;
            default:
                client.AddGracefulRetry(_builder.Configuration.GetSection("Own"));
                break;
        }

        using IHost host = await StartAsync();
        Set(20, 10);
        Reload();

        host.Services.GetRequiredService<IHttpClientFactory>().CreateClient("client").Dispose();
        TimeoutsOf(host, "client").ShouldBe((60, 40));
        _logs.Records.Single(static record => record.Id.Name == "ReloadRefused").Message.ShouldContain(
            "GracefulRetry of the client 'client': AttemptTimeout is 00:00:40; it must be at most TotalRequestTimeout, which is 00:00:20.");
    }

    private static (double Total, double Attempt) TimeoutsOf(IHost host, string name)
    {
        GracefulRetryOptions options = host.Services.GetRequiredService<IOptionsMonitor<GracefulRetryOptions>>().Get(name);
        return (options.TotalRequestTimeout.TotalSeconds, options.AttemptTimeout.TotalSeconds);
    }

    private void Set(int total, int attempt)
    {
        _builder.Configuration["Total:TotalRequestTimeout"] = $"{TimeSpan.FromSeconds(total)}";
        _builder.Configuration["Attempt:AttemptTimeout"] = $"{TimeSpan.FromSeconds(attempt)}";
    }

    private void Add(Sections sections)
    {
        IConfigurationSection total = _builder.Configuration.GetSection("Total");
        IConfigurationSection attempt = _builder.Configuration.GetSection("Attempt");
        switch (sections)
        {
            case Sections.TotalThenAttempt:
                _builder.Services.AddHttpClient("client").AddGracefulRetry(total).AddGracefulRetry(attempt);
                break;
            case Sections.AttemptThenTotal:
                _builder.Services.AddHttpClient("client").AddGracefulRetry(attempt).AddGracefulRetry(total);
                break;
            case Sections.TotalOfAll:
                _builder.Services.ConfigureHttpClientDefaults(client => client.AddGracefulRetry(total));
                _builder.Services.AddHttpClient("client").AddGracefulRetry(attempt);
                break;
            default:
                _builder.Services.ConfigureHttpClientDefaults(client => client.AddGracefulRetry(attempt));
                _builder.Services.AddHttpClient("client").AddGracefulRetry(total);
                break;
        }
    }

    private void Reload() => ((IConfigurationRoot)_builder.Configuration).Reload();

    private async Task<IHost> StartAsync()
    {
        IHost host = _builder.Build();
        await host.StartAsync();
        return host;
    }
}
