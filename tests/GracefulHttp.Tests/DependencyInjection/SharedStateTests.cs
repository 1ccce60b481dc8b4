using GracefulHttp.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace GracefulHttp.Tests.DependencyInjection;

/// <summary>What the handlers of one client share, and those of two do not.</summary>
public sealed class SharedStateTests : IAsyncDisposable
{
    private readonly FactoryFixture _factory = new();

    public ValueTask DisposeAsync() => _factory.DisposeAsync();

    [Fact]
    public async Task HandlerIsRotated_DrainBudgetIsThatOfTheClient()
    {
        _factory.AddClient("client").SetHandlerLifetime(TimeSpan.FromSeconds(1)).AddGracefulHttp(static options => options.MaxConcurrentDrains = 1);
        await _factory.StartAsync();
        await _factory.AbandonAsync("client");

        await _factory.RotateAsync("client").WithinAsync();
        await _factory.AbandonAsync("client");

        await _factory.WaitForOutcomesAsync(1);
        _factory.Outcomes.ShouldBe(["drain_refused"]);
        _factory.Primaries.Select(static primary => primary.Calls).ShouldBe([1, 1]);
        _factory.Answer();
        await _factory.WaitForOutcomesAsync(2);
        _factory.Outcomes.ShouldBe(["drain_refused", "drained"]);
    }

    [Fact]
    public async Task HandlerIsRotated_NoTransportIsWarnedAboutOnceForEachClient()
    {
        _factory.Builder.Services.ConfigureHttpClientDefaults(static client => client.AddGracefulHttp());
        _factory.AddClient("one").SetHandlerLifetime(TimeSpan.FromSeconds(1));
        _factory.AddClient("two");
        await _factory.StartAsync();
        await _factory.AbandonAsync("one");

        await _factory.RotateAsync("one").WithinAsync();
        await _factory.AbandonAsync("one");
        await _factory.AbandonAsync("two");

        _factory.Logs.Records.Count(static record => record.Id.Name == "NoTransport").ShouldBe(2);
    }

    [Fact]
    public async Task TwoClientsOfTheDefaults_HaveBudgetsOfTheirOwn()
    {
        _factory.Builder.Services.ConfigureHttpClientDefaults(static client => client.AddGracefulHttp(static options => options.MaxConcurrentDrains = 1));
        _factory.AddClient("one");
        _factory.AddClient("two");
        await _factory.StartAsync();

        await _factory.AbandonAsync("one");
        await _factory.AbandonAsync("two");
        await _factory.AbandonAsync("one");

        await _factory.WaitForOutcomesAsync(1);
        _factory.Answer();
        await _factory.WaitForOutcomesAsync(3);
        _factory.Outcomes.ShouldBe(["drain_refused", "drained", "drained"]);
    }

    [Fact]
    public async Task TwoContainers_HaveBudgetsOfTheirOwn()
    {
        await using var other = new FactoryFixture();
        foreach (FactoryFixture factory in (FactoryFixture[])[_factory, other])
        {
            factory.AddClient("client").AddGracefulHttp(static options => options.MaxConcurrentDrains = 1);
            await factory.StartAsync();
            await factory.AbandonAsync("client");
            factory.Answer();
            await factory.WaitForOutcomesAsync(1);
        }

        _factory.Outcomes.Concat(other.Outcomes).ShouldBe(["drained", "drained"]);
    }
}
