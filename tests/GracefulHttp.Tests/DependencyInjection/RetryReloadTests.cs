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

    public void Dispose() => _logs.Dispose();

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

    private void Reload() => ((IConfigurationRoot)_builder.Configuration).Reload();

    private async Task<IHost> StartAsync()
    {
        IHost host = _builder.Build();
        await host.StartAsync();
        return host;
    }
}
