using GracefulHttp.TestKit.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GracefulHttp.Tests.DependencyInjection;

/// <summary>Each value that an option may not have is told when the host starts, with the client, the option, the value and its bounds.</summary>
public sealed class BadValuesTests : IDisposable
{
    private const string Duration = "it must be a duration (hh:mm:ss) of more than 00:00:00 and at most 1.00:00:00";
    private const string DurationBounds = "it must be more than 00:00:00 and at most 1.00:00:00";
    private const string NotNegative = "it must be 0 or more";
    private const string Finite = "it must be a finite number of 0 or more";
    private const string Strategies = "it must be Drain, Close or Abort";

    private readonly RecordingLoggerFactory _logs = new();
    private readonly HostApplicationBuilder _builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());

    public BadValuesTests() => _builder.Services.AddSingleton<ILoggerFactory>(_logs);

    public static TheoryData<string, string, string> Texts()
    {
        var rows = new TheoryData<string, string, string>
        {
            { "Enabled", "1", "Enabled is '1'; it must be true or false" },
            { "Enabled", "", "Enabled is ''; it must be true or false" },
            { "Strategy", "Flee", $"Strategy is 'Flee'; {Strategies}" },
            { "Strategy", "3", $"Strategy is 3; {Strategies}" },
            { "Strategy", "-1", $"Strategy is -1; {Strategies}" },
            { "Strategy", "Drain,Close", $"Strategy is 'Drain,Close'; {Strategies}" },
            { "Strategy", "", $"Strategy is ''; {Strategies}" },
            { "Http2ResetsPerSecond", "many", $"Http2ResetsPerSecond is 'many'; {Finite}" },
            { "Http2ResetsPerSecond", "0,5", $"Http2ResetsPerSecond is '0,5'; {Finite}" },
            { "Http2ResetsPerSecond", "-0.1", $"Http2ResetsPerSecond is -0.1; {Finite}" },
            { "Http2ResetsPerSecond", "NaN", $"Http2ResetsPerSecond is NaN; {Finite}" },
            { "Http2ResetsPerSecond", "Infinity", $"Http2ResetsPerSecond is Infinity; {Finite}" },
            { "Http2ResetsPerSecond", "1e400", $"Http2ResetsPerSecond is Infinity; {Finite}" },
        };
        foreach (string option in (string[])["DrainTimeout", "LingerTimeout", "ShutdownTimeout"])
        {
            rows.Add(option, "soon", $"{option} is 'soon'; {Duration}");
            rows.Add(option, "", $"{option} is ''; {Duration}");
            rows.Add(option, "1", $"{option} is '1'; {Duration}");
            rows.Add(option, "24:00:00", $"{option} is 24.00:00:00; {DurationBounds}");
            rows.Add(option, "00:00:60", $"{option} is '00:00:60'; {Duration}");
            rows.Add(option, "00:00:00", $"{option} is 00:00:00; {DurationBounds}");
            rows.Add(option, "-00:00:00.001", $"{option} is -00:00:00.0010000; {DurationBounds}");
            rows.Add(option, "1.00:00:00.0000001", $"{option} is 1.00:00:00.0000001; {DurationBounds}");
        }

        foreach (string option in (string[])["MaxDrainSize", "MaxConcurrentDrains", "Http2ResetBurst", "MaxLingerSize", "MaxLingeringConnections"])
        {
            string bounds = $"{NotNegative} and at most {(option.EndsWith("Size", StringComparison.Ordinal) ? long.MaxValue : int.MaxValue)}";
            rows.Add(option, "many", $"{option} is 'many'; {bounds}");
            rows.Add(option, "1,000", $"{option} is '1,000'; {bounds}");
            rows.Add(option, "0.5", $"{option} is '0.5'; {bounds}");
            rows.Add(option, "9999999999999999999", $"{option} is '9999999999999999999'; {bounds}");
            rows.Add(option, "-1", $"{option} is -1; {NotNegative}");
        }

        return rows;
    }

    public static TheoryData<string, string> GoodTexts() => new()
    {
        { "Strategy", "1" },
        { "Strategy", "ABORT" },
        { "DrainTimeout", "00:00:00.5" },
        { "DrainTimeout", "0:1" },
        { "DrainTimeout", "1.00:00:00" },
        { "LingerTimeout", "23:59:59" },
        { "MaxDrainSize", " 1048576 " },
        { "MaxLingerSize", "0" },
        { "MaxDrainSize", "9223372036854775807" },
        { "Http2ResetsPerSecond", "1e-3" },
    };

    public void Dispose() => _logs.Dispose();

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Start_BadText_IsTold(string option, string text, string error)
    {
        _builder.Configuration[$"GracefulHttp:{option}"] = text;
        _builder.Services.AddHttpClient("client").AddGracefulHttp(_builder.Configuration.GetSection("GracefulHttp"));

        using IHost host = _builder.Build();
        var e = await Should.ThrowAsync<OptionsValidationException>(host.StartAsync());

        e.Failures.ShouldBe([$"GracefulHttp of the client 'client': {error}."]);
    }

    [Theory]
    [MemberData(nameof(GoodTexts))]
    public async Task Start_TextAtTheBounds_IsTaken(string option, string text)
    {
        _builder.Configuration[$"GracefulHttp:{option}"] = text;
        _builder.Services.AddHttpClient("client").AddGracefulHttp(_builder.Configuration.GetSection("GracefulHttp"));

        using IHost host = _builder.Build();
        await host.StartAsync();

        _logs.Records.ShouldNotContain(static record => record.Level >= LogLevel.Warning);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Start_BadValueOfADelegate_IsTold(bool inDefaults)
    {
        Action<IHttpClientBuilder> add = static client => client.AddGracefulHttp(
            static options => (options.DrainTimeout, options.Strategy, options.Http2ResetsPerSecond) = (Timeout.InfiniteTimeSpan, (AbandonStrategy)7, double.NegativeInfinity));
        if (inDefaults)
        {
            _builder.Services.ConfigureHttpClientDefaults(add);
        }
        else
        {
            add(_builder.Services.AddHttpClient("client"));
        }

        using IHost host = _builder.Build();
        var e = await Should.ThrowAsync<OptionsValidationException>(host.StartAsync());

        string whose = inDefaults ? "GracefulHttp" : "GracefulHttp of the client 'client'";
        e.Failures.ShouldBe(
            [
                $"{whose}: DrainTimeout is -00:00:00.0010000; {DurationBounds}.",
                $"{whose}: Strategy is 7; {Strategies}.",
                $"{whose}: Http2ResetsPerSecond is -Infinity; {Finite}.",
            ],
            ignoreOrder: true);
    }

    [Fact]
    public async Task Start_SeveralClientsWithBadValues_TellsOfEach()
    {
        foreach (string name in (string[])["one", "two"])
        {
            _builder.Services.AddHttpClient(name).AddGracefulHttp(static options => options.MaxLingerSize = -1);
        }

        using IHost host = _builder.Build();
        var e = await Should.ThrowAsync<AggregateException>(host.StartAsync());

        e.InnerExceptions.Cast<OptionsValidationException>().SelectMany(static one => one.Failures).ShouldBe(
            [$"GracefulHttp of the client 'one': MaxLingerSize is -1; {NotNegative}.", $"GracefulHttp of the client 'two': MaxLingerSize is -1; {NotNegative}."],
            ignoreOrder: true);
    }

    [Fact]
    public async Task Start_TheSameSectionTwice_TellsEachErrorOnce()
    {
        _builder.Configuration["GracefulHttp:DrainTimeout"] = "soon";
        IConfigurationSection section = _builder.Configuration.GetSection("GracefulHttp");
        _builder.Services.AddHttpClient("client").AddGracefulHttp(section).AddGracefulHttp(section);

        using IHost host = _builder.Build();

        (await Should.ThrowAsync<OptionsValidationException>(host.StartAsync())).Failures.Count().ShouldBe(1);
    }

    [Theory]
    [InlineData("Strategy:0", $"Strategy is a list or a section; {Strategies}")]
    [InlineData("strategy:Name", $"Strategy is a list or a section; {Strategies}")]
    [InlineData("DrainTimeout:Seconds", $"DrainTimeout is a list or a section; {Duration}")]
    public async Task Start_ListOrSectionInsteadOfAValue_IsTold(string key, string error)
    {
        _builder.Configuration[$"GracefulHttp:{key}"] = "Close";
        _builder.Services.AddHttpClient("client").AddGracefulHttp(_builder.Configuration.GetSection("GracefulHttp"));

        using IHost host = _builder.Build();
        var e = await Should.ThrowAsync<OptionsValidationException>(host.StartAsync());

        e.Failures.ShouldBe([$"GracefulHttp of the client 'client': {error}."]);
    }

    [Theory]
    [InlineData("AttemptTimeout", "soon", "TotalRequestTimeout", "00:00:05")]
    [InlineData("TotalRequestTimeout", "soon", "AttemptTimeout", "00:01:00")]
    public async Task Start_TimeoutThatCannotBeRead_IsNotComparedWithTheOther(string option, string text, string other, string otherText)
    {
        _builder.Configuration[$"GracefulRetry:{option}"] = text;
        _builder.Configuration[$"GracefulRetry:{other}"] = otherText;
        _builder.Services.AddHttpClient("client").AddGracefulRetry(_builder.Configuration.GetSection("GracefulRetry"));

        using IHost host = _builder.Build();
        var e = await Should.ThrowAsync<OptionsValidationException>(host.StartAsync());

        e.Failures.ShouldBe([$"GracefulRetry of the client 'client': {option} is '{text}'; {Duration}."]);
    }

    [Fact]
    public void CreateClient_WithoutAHost_BadValueIsTold()
    {
        var services = new ServiceCollection();
        services.AddHttpClient("client").AddGracefulHttp(static options => options.MaxDrainSize = -1);
        using ServiceProvider provider = services.BuildServiceProvider();

        Should.Throw<OptionsValidationException>(() => provider.GetRequiredService<IHttpClientFactory>().CreateClient("client"))
            .Message.ShouldBe($"GracefulHttp of the client 'client': MaxDrainSize is -1; {NotNegative}.");
    }

    [Fact]
    public async Task Start_UnknownNames_AreWarnedAboutAndSectionsOfOthersAreNot()
    {
        _builder.Configuration["GracefulHttp:DrainTimout"] = "00:00:01";
        _builder.Configuration["GracefulHttp:StrategySelector"] = "MyApp.Selector";
        _builder.Configuration["GracefulHttp:MaxDrainSize"] = "7";
        _builder.Configuration["GracefulHttp:Catalog:Strategy"] = "Close";
        _builder.Services.AddHttpClient("client").AddGracefulHttp(_builder.Configuration.GetSection("GracefulHttp"));

        using IHost host = _builder.Build();
        await host.StartAsync();

        LogRecord warning = _logs.Records.Single(static record => record.Level >= LogLevel.Warning);
        warning.Id.Name.ShouldBe("UnknownOptions");
        warning.Message.ShouldBe("The section 'GracefulHttp' says DrainTimout, StrategySelector: GracefulHttp has no such option, it is ignored.");
    }

    [Theory]
    [InlineData("Abort")]
    [InlineData("")]
    public async Task Start_SectionThatIsItselfAValue_IsWarnedAbout(string value)
    {
        _builder.Configuration["GracefulHttp"] = value;
        _builder.Services.AddHttpClient("client").AddGracefulHttp(_builder.Configuration.GetSection("GracefulHttp"));

        using IHost host = _builder.Build();
        await host.StartAsync();

        _logs.Records.Single(static record => record.Level >= LogLevel.Warning).Message
            .ShouldBe($"The section 'GracefulHttp' says '{value}': GracefulHttp has no such option, it is ignored.");
    }
}
