using GracefulHttp.TestKit.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GracefulHttp.Tests.DependencyInjection;

/// <summary>A reload reaches the handlers that are there: what is sent after it goes by it.</summary>
public sealed class ReloadTests : IAsyncDisposable
{
    private readonly FactoryFixture _factory = new();

    private IConfigurationSection Section => _factory.Builder.Configuration.GetSection("GracefulHttp");

    public ValueTask DisposeAsync() => _factory.DisposeAsync();

    [Theory]
    [InlineData("Strategy", "Close", "closed")]
    [InlineData("Strategy", "Abort", "aborted")]
    [InlineData("MaxConcurrentDrains", "0", "drain_refused")]
    public async Task Reload_StrategyOrBudget_AppliesToTheNextRequestOfTheSameHandler(string option, string value, string outcome)
    {
        _factory.AddClient("client").AddGracefulHttp(Section);
        await _factory.StartAsync();
        using (_factory.CreateClient("client"))
        {
            Reload(option, value);

            await _factory.AbandonAsync("client");
        }

        await _factory.WaitForOutcomesAsync(1);
        _factory.Outcomes.ShouldBe([outcome]);
        _factory.Primaries.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Reload_Enabled_TurnsOffAndOnAgain()
    {
        _factory.AddClient("client").AddGracefulHttp(Section);
        await _factory.StartAsync();

        Reload("Enabled", "false");
        await _factory.AbandonAsync("client");
        Reload("Enabled", "true");
        await _factory.AbandonAsync("client");
        _factory.Answer();

        // The first is no business of ours: only the second is told of.
        await _factory.WaitForOutcomesAsync(1);
        _factory.Outcomes.ShouldBe(["drained"]);
        _factory.Primaries.Single().Calls.ShouldBe(2);
    }

    [Fact]
    public async Task Reload_OfTheDefaults_ReachesAClientThatWasCheckedButNeverMade()
    {
        _factory.Builder.Services.ConfigureHttpClientDefaults(client => client.AddGracefulHttp(Section));
        _factory.AddClient("client").AddGracefulHttp();
        await _factory.StartAsync();

        Reload("Strategy", "Close");
        await _factory.AbandonAsync("client");

        await _factory.WaitForOutcomesAsync(1);
        _factory.Outcomes.ShouldBe(["closed"]);
    }

    [Fact]
    public async Task Reload_Invalid_TheHandlersGoOnWithTheLastGoodValueAndTheNextGoodOneApplies()
    {
        _factory.AddClient("client").AddGracefulHttp(Section);
        await _factory.StartAsync();
        Reload("Strategy", "Close");
        Reload("Strategy", "Flee");

        await _factory.AbandonAsync("client");
        await _factory.WaitForOutcomesAsync(1);
        Reload("Strategy", "Abort");
        await _factory.AbandonAsync("client");
        await _factory.WaitForOutcomesAsync(2);

        _factory.Outcomes.ShouldBe(["closed", "aborted"]);
        LogRecord warning = _factory.Logs.Records.Single(static record => record.Id.Name == "ReloadRefused");
        warning.Level.ShouldBe(LogLevel.Warning);
        warning.Message.ShouldBe(
            "A reload was refused, the options stay as they were: GracefulHttp of the client 'client': Strategy is 'Flee'; it must be Drain, Close or Abort.");
    }

    [Fact]
    public async Task Reload_ADelegateThrows_IsLoggedAndNotThrownToWhoReloads()
    {
        bool throws = false;
        _factory.AddClient("client").AddGracefulHttp(Section).AddGracefulHttp(options =>
            options.MaxDrainSize = throws ? throw new FormatException("Not a number.") : 0);
        await _factory.StartAsync();
        throws = true;

        Reload("Strategy", "Close");

        _factory.Logs.Records.Single(static record => record.Id.Name == "ReloadRefused").Message.ShouldContain("Not a number.");
        throws = false;
        await _factory.AbandonAsync("client");
        _factory.Answer();
        await _factory.WaitForOutcomesAsync(1);
        _factory.Outcomes.ShouldBe(["drained"]);
    }

    [Fact]
    public async Task Reload_AfterTheHostIsGone_IsNobodysBusiness()
    {
        _factory.AddClient("client").AddGracefulHttp(Section);
        await _factory.StartAsync();
        using (_factory.CreateClient("client"))
        {
            await _factory.DisposeAsync();
        }

        Reload("Strategy", "Flee");

        _factory.Logs.Records.ShouldNotContain(static record => record.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Reload_UsersOwnBinding_ReachesTheHandler()
    {
        // Not ours, but the way in which many configure options.
        _factory.AddClient("client").AddGracefulHttp();
        _factory.Builder.Services.AddOptions<GracefulHttpOptions>("client").Configure(options => options.Strategy = Enum.Parse<AbandonStrategy>(Section["Strategy"] ?? "Drain"));
        _factory.Builder.Services.AddSingleton<IOptionsChangeTokenSource<GracefulHttpOptions>>(
            new ConfigurationChangeTokenSource<GracefulHttpOptions>("client", Section));
        await _factory.StartAsync();
        using (_factory.CreateClient("client"))
        {
            Reload("Strategy", "Close");
            await _factory.AbandonAsync("client");
        }

        await _factory.WaitForOutcomesAsync(1);
        _factory.Outcomes.ShouldBe(["closed"]);
    }

    [Fact]
    public async Task Reload_UsersOwnBindingIsInvalid_ThrowsToWhoReloads()
    {
        // The price of that way: only sections that are ours keep the last good value.
        _factory.AddClient("client").AddGracefulHttp();
        _factory.Builder.Services.AddOptions<GracefulHttpOptions>("client").Configure(options => options.MaxDrainSize = Section["MaxDrainSize"] is null ? 0 : -1);
        _factory.Builder.Services.AddSingleton<IOptionsChangeTokenSource<GracefulHttpOptions>>(
            new ConfigurationChangeTokenSource<GracefulHttpOptions>("client", Section));
        await _factory.StartAsync();

        Should.Throw<Exception>(() => Reload("MaxDrainSize", "-1")).ToString().ShouldContain("MaxDrainSize is -1");
    }

    [Fact]
    public async Task StrategySelector_GivesWhatIsNoStrategy_IsTakenForClose()
    {
        _factory.AddClient("client").AddGracefulHttp(static options => options.StrategySelector = static _ => (AbandonStrategy)7);
        await _factory.StartAsync();

        await _factory.AbandonAsync("client");

        await _factory.WaitForOutcomesAsync(1);
        _factory.Outcomes.ShouldBe(["closed"]);
    }

    private void Reload(string option, string value)
    {
        _factory.Builder.Configuration[$"GracefulHttp:{option}"] = value;
        ((IConfigurationRoot)_factory.Builder.Configuration).Reload();
    }
}
