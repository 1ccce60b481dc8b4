using GracefulHttp.TestKit.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GracefulHttp.Tests.DependencyInjection;

/// <summary>Options from a configuration: bound, checked when the host starts, and reloaded.</summary>
public sealed class ConfigurationTests : IDisposable
{
    private readonly RecordingLoggerFactory _logs = new();
    private readonly HostApplicationBuilder _builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());

    public ConfigurationTests() => _builder.Services.AddSingleton<ILoggerFactory>(_logs);

    private IConfigurationSection Section => _builder.Configuration.GetSection("GracefulHttp");

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task AddGracefulHttp_Section_BindsEveryOption()
    {
        Set("Enabled", "false");
        Set("strategy", "close");
        Set("DrainTimeout", "00:00:01");
        Set("MaxDrainSize", "2");
        Set("MaxConcurrentDrains", "3");
        Set("Http2ResetBurst", "4");
        Set("Http2ResetsPerSecond", "0.5");
        Set("LingerTimeout", "00:00:06");
        Set("MaxLingerSize", "7");
        Set("MaxLingeringConnections", "8");
        Set("ShutdownTimeout", "00:00:09");
        _builder.Services.AddHttpClient("client").AddGracefulHttp(Section);

        using IHost host = await StartAsync();

        GracefulHttpOptions options = Options(host, "client");
        options.Enabled.ShouldBeFalse();
        options.Strategy.ShouldBe(AbandonStrategy.Close);
        options.DrainTimeout.ShouldBe(TimeSpan.FromSeconds(1));
        (options.MaxDrainSize, options.MaxConcurrentDrains, options.Http2ResetBurst).ShouldBe((2, 3, 4));
        options.Http2ResetsPerSecond.ShouldBe(0.5);
        options.LingerTimeout.ShouldBe(TimeSpan.FromSeconds(6));
        (options.MaxLingerSize, options.MaxLingeringConnections).ShouldBe((7, 8));
        options.ShutdownTimeout.ShouldBe(TimeSpan.FromSeconds(9));
        Options(host, "other").Strategy.ShouldBe(AbandonStrategy.Drain);
    }

    [Fact]
    public async Task AddGracefulHttp_SectionIsFilledLater_IsReadWhenTheHostStarts()
    {
        Set("Strategy", "Abort");
        _builder.Services.AddHttpClient("client").AddGracefulHttp(Section);
        _builder.Configuration.AddInMemoryCollection([new("GracefulHttp:Strategy", "Close")]);
        Set("MaxDrainSize", "7");

        using IHost host = await StartAsync();

        (Options(host, "client").Strategy, Options(host, "client").MaxDrainSize).ShouldBe((AbandonStrategy.Close, 7));
    }

    [Fact]
    public async Task AddGracefulHttp_SectionIsChangedBeforeAnybodyListens_IsReadAgain()
    {
        _builder.Services.AddHttpClient("client").AddGracefulHttp(Section);
        using IHost host = _builder.Build();
        host.Services.GetRequiredService<IOptionsFactory<GracefulHttpOptions>>().Create("client").Strategy.ShouldBe(AbandonStrategy.Drain);

        Set("Strategy", "Close");
        await host.StartAsync();

        Options(host, "client").Strategy.ShouldBe(AbandonStrategy.Close);
    }

    [Fact]
    public async Task Start_BadValueThatCameLater_IsTold()
    {
        _builder.Services.AddHttpClient("client").AddGracefulHttp(Section);
        Set("Strategy", "Flee");

        using IHost host = _builder.Build();

        (await Should.ThrowAsync<OptionsValidationException>(host.StartAsync())).Message.ShouldContain("Strategy is 'Flee'");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Start_SeveralBadValues_TellsAllOfThem(bool inDefaults)
    {
        Set("DrainTimeout", "soon");
        Set("MaxDrainSize", "-1");
        Set("Strategy", "Flee");
        if (inDefaults)
        {
            _builder.Services.ConfigureHttpClientDefaults(client => client.AddGracefulHttp(Section));
        }
        else
        {
            _builder.Services.AddHttpClient("client").AddGracefulHttp(Section);
        }

        using IHost host = _builder.Build();
        var e = await Should.ThrowAsync<OptionsValidationException>(host.StartAsync());

        string whose = inDefaults ? "GracefulHttp" : "GracefulHttp of the client 'client'";
        e.Failures.ShouldBe(
            [
                $"{whose}: DrainTimeout is 'soon'; it must be a duration (hh:mm:ss) of more than 00:00:00 and at most 1.00:00:00.",
                $"{whose}: MaxDrainSize is -1; it must be 0 or more.",
                $"{whose}: Strategy is 'Flee'; it must be Drain, Close or Abort.",
            ],
            ignoreOrder: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AddGracefulHttp_DefaultsAndClient_TheClientsOptionsGoLast(bool defaultsFirst)
    {
        Action defaults = () => _builder.Services.ConfigureHttpClientDefaults(
            static client => client.AddGracefulHttp(static options => (options.Strategy, options.MaxDrainSize) = (AbandonStrategy.Abort, 5)));
        if (defaultsFirst)
        {
            defaults();
        }

        _builder.Services.AddHttpClient("client").AddGracefulHttp(static options => options.Strategy = AbandonStrategy.Close);
        if (!defaultsFirst)
        {
            defaults();
        }

        using IHost host = await StartAsync();

        (Options(host, "client").Strategy, Options(host, "client").MaxDrainSize).ShouldBe((AbandonStrategy.Close, 5));
        Options(host, "other").Strategy.ShouldBe(AbandonStrategy.Abort);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reload_Valid_AppliesToTheClient(bool inDefaults)
    {
        using IHost host = await StartedAsync(inDefaults);

        Set("Strategy", "Close");
        Reload();

        Options(host, "client").Strategy.ShouldBe(AbandonStrategy.Close);
        _logs.Records.ShouldNotContain(static record => record.Level >= LogLevel.Warning);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reload_Invalid_KeepsTheLastGoodValueAndIsLogged(bool inDefaults)
    {
        using IHost host = await StartedAsync(inDefaults);

        Set("Strategy", "Close");
        Set("LingerTimeout", "never");
        Reload();

        Options(host, "client").Strategy.ShouldBe(AbandonStrategy.Drain);
        Options(host, "made later").Strategy.ShouldBe(AbandonStrategy.Drain);
        (await _logs.WaitForAsync(static record => record.Level == LogLevel.Warning)).Message.ShouldContain("LingerTimeout is 'never'");
    }

    private static GracefulHttpOptions Options(IHost host, string name) =>
        host.Services.GetRequiredService<IOptionsMonitor<GracefulHttpOptions>>().Get(name);

    private void Set(string option, string value) => _builder.Configuration[$"GracefulHttp:{option}"] = value;

    private void Reload() => ((IConfigurationRoot)_builder.Configuration).Reload();

    private async Task<IHost> StartedAsync(bool inDefaults)
    {
        if (inDefaults)
        {
            _builder.Services.ConfigureHttpClientDefaults(client => client.AddGracefulHttp(Section));
        }

        IHttpClientBuilder builder = _builder.Services.AddHttpClient("client");
        if (!inDefaults)
        {
            builder.AddGracefulHttp(Section);
        }

        IHost host = await StartAsync();
        using HttpClient client = host.Services.GetRequiredService<IHttpClientFactory>().CreateClient("client");
        return host;
    }

    private async Task<IHost> StartAsync()
    {
        IHost host = _builder.Build();
        await host.StartAsync();
        return host;
    }
}
