using GracefulHttp.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace GracefulHttp.WireTests.Factory;

/// <summary>The way in: the wire shows what it shows without us, and Abort tells of it.</summary>
public sealed class ObserveFirstTests : FactoryTest
{
    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Plain_AbandonedAndIdle_IsTheMeasure(Scheme scheme)
    {
        await RunAsync(scheme, configure: null);

        ConnectionsClosed().ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Abort_AbandonedAndIdle_EndAsWithoutUsAndAreCounted(Scheme scheme)
    {
        await RunAsync(scheme, static options => options.Strategy = AbandonStrategy.Abort);

        Logs.AbandonOutcomes().ShouldBe(["aborted"]);
        ConnectionsClosed().ShouldBe(["aborted", "aborted"]);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Disabled_AbandonedAndIdle_EndAsWithoutUsAndAreNotCounted(Scheme scheme)
    {
        await RunAsync(scheme, static options => options.Enabled = false);

        Logs.AbandonOutcomes().ShouldBeEmpty();
        ConnectionsClosed().ShouldBeEmpty();
        Metrics.Measurements.ShouldBeEmpty();
    }

    [Fact]
    public async Task Disabled_EnabledByAReload_WarnsThatItTakesTheNextHandler()
    {
        ExpectedWarnings = ["TransportStarted"];
        Configuration["GracefulHttp:Enabled"] = "false";
        Serve(Scheme.Http, Phase.Headers.HeldScript(Held));
        Services.AddHttpClient("client").AddGracefulHttp(Configuration.GetSection("GracefulHttp"));
        await StartAsync();
        HttpClient client = CreateClient();
        await client.GetStringAsync("/next").WithinAsync();

        Configuration["GracefulHttp:Enabled"] = "true";
        ((IConfigurationRoot)Configuration).Reload();
        await AbandonAsync(client);
        await Logs.WaitForAsync(static record => record.Id.Name == "RequestEnded");

        Logs.AbandonOutcomes().ShouldBe(["closed"]);
        await ShouldResetAsync();
    }

    [Fact]
    public async Task Abort_AnotherStrategyByAReload_AppliesToTheSameConnections()
    {
        Configuration["GracefulHttp:Strategy"] = "Abort";
        Serve(Scheme.HttpsTls13, Phase.Headers.HeldScript(Held));
        Services.AddHttpClient("client").AddGracefulHttp(Configuration.GetSection("GracefulHttp"));
        await StartAsync();
        HttpClient client = CreateClient();
        await client.GetStringAsync("/next").WithinAsync();

        Configuration["GracefulHttp:Strategy"] = "Close";
        ((IConfigurationRoot)Configuration).Reload();
        await AbandonAsync(client);
        await Recorder.WaitForAsync(static recorder => recorder.FinsFromClient == 1);
        Held.Release();
        await Host.StopAsync().WithinAsync();

        Logs.AbandonOutcomes().ShouldBe(["closed"]);
        ConnectionsClosed().ShouldBe(["closed"]);
        await Recorder.SettleAsync();
        Recorder.ResetsFromClient.ShouldBe(0);
        Recorder.ConnectionsOpened.ShouldBe(1);
    }

    /// <summary>One request is abandoned, and the pool ends the connection of another: over TLS each of the two is reset, over http the first.</summary>
    private async Task RunAsync(Scheme scheme, Action<GracefulHttpOptions>? configure)
    {
        Serve(scheme, Phase.Headers.HeldScript(Held));
        IHttpClientBuilder builder = Services.AddHttpClient("client")
            .UseSocketsHttpHandler(static (sockets, _) => sockets.PooledConnectionIdleTimeout = TimeSpan.FromMilliseconds(100));
        if (configure is not null)
        {
            builder.AddGracefulHttp(configure);
        }

        await StartAsync();
        HttpClient client = CreateClient();
        await AbandonAsync(client);
        await ShouldResetAsync();

        await client.GetStringAsync("/next").WithinAsync();
        await Server.Connections[1].Ended.WithinAsync();
        int expected = scheme == Scheme.Http ? 1 : 2;
        await Recorder.WaitForAsync(recorder => recorder.ConnectionsResetByClient == expected);
        await Recorder.SettleAsync();
        Recorder.ConnectionsResetByClient.ShouldBe(expected);
        Recorder.ConnectionsOpened.ShouldBe(2);
    }
}
