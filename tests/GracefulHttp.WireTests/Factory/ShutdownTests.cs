using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace GracefulHttp.WireTests.Factory;

/// <summary>The host is stopped with calls in flight and connections in the pool: a rolling deployment, seen from the firewall.</summary>
public sealed class ShutdownTests : FactoryTest
{
    private const int Calls = 8;

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Stop_UnderLoad_SendsNoReset(Scheme scheme)
    {
        Task stopping = await StopUnderLoadAsync(scheme, graceful: true);

        // The calls that were abandoned by the stop, and what was idle: each has said goodbye before anything is answered.
        await Recorder.WaitForAsync(static recorder => recorder.FinsFromClient >= Calls);
        Held.Release();
        await stopping.WithinAsync();

        foreach (FinBlindConnection connection in Server.Connections)
        {
            (await connection.Ended.WithinAsync()).ShouldBe(scheme.PeacefulEnding());
        }

        await Recorder.SettleAsync();
        Recorder.ResetsFromClient.ShouldBe(0);
        Recorder.FinsFromClient.ShouldBe(Recorder.ConnectionsOpened);
        Logs.AbandonOutcomes().ShouldAllBe(static outcome => outcome == "drain_refused");
        ConnectionsClosed().ShouldAllBe(static outcome => outcome == "closed");
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Stop_UnderLoadWithPlainClients_SendsResets(Scheme scheme)
    {
        Task stopping = await StopUnderLoadAsync(scheme, graceful: false);
        await stopping.WithinAsync();

        Held.Release();

        await Recorder.WaitForAsync(static recorder => recorder.ConnectionsResetByClient == Calls);
    }

    [Fact]
    public async Task Stop_ConnectionLingers_IsWaitedForAlsoWhereTheUserHasHookedHisHandlerHimself()
    {
        Serve(Scheme.HttpsTls13, Phase.Headers.HeldScript(Held));
        Services.AddHttpClient("client").UseSocketsHttpHandler(static (sockets, _) => sockets.UseGracefulClose())
            .AddGracefulHttp(static options => (options.Strategy, options.ShutdownTimeout) = (AbandonStrategy.Close, TimeSpan.FromHours(1)));
        await StartAsync();
        await AbandonAsync(CreateClient());

        Task stopping = Host.StopAsync();
        await Recorder.WaitForAsync(static recorder => recorder.FinsFromClient == 1);
        await Recorder.SettleAsync();
        stopping.IsCompleted.ShouldBeFalse();
        Held.Release();
        await stopping.WithinAsync();

        await Recorder.SettleAsync();
        Recorder.ResetsFromClient.ShouldBe(0);
    }

    [Fact]
    public async Task Stop_PeerNeverEnds_IsLeftAfterTheShutdownTimeout()
    {
        ExpectedWarnings = ["ShutdownIncomplete"];
        Serve(Scheme.Http, Phase.Headers.HeldScript(Held));
        Services.AddHttpClient("client").AddGracefulHttp(
            static options => (options.Strategy, options.ShutdownTimeout) = (AbandonStrategy.Close, TimeSpan.FromMilliseconds(100)));
        await StartAsync();
        await AbandonAsync(CreateClient());

        await Host.StopAsync().WithinAsync();

        Held.IsReleased.ShouldBeFalse();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Container_DisposedWithoutAHost_EndsIdleConnectionsInPeace(bool graceful)
    {
        Serve(Scheme.HttpsTls13, Phase.Headers.HeldScript(Held));
        IHttpClientBuilder builder = Services.AddHttpClient("client");
        if (graceful)
        {
            builder.AddGracefulHttp();
        }

        ServiceProvider provider = Services.BuildServiceProvider();
        HttpClient client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("client");
        await client.GetStringAsync("/next").WithinAsync();

        await provider.DisposeAsync().AsTask().WithinAsync();

        await Recorder.SettleAsync();
        Recorder.FinsFromClient.ShouldBe(graceful ? 1 : 0, "a factory leaves its handlers behind");
        Recorder.ResetsFromClient.ShouldBe(0);
        client.Dispose();
    }

    private async Task<Task> StopUnderLoadAsync(Scheme scheme, bool graceful)
    {
        Task allArrived = ServeCalls(scheme, Calls);
        IHttpClientBuilder builder = Services.AddHttpClient("client");
        if (graceful)
        {
            builder.AddGracefulHttp(static options => options.DrainTimeout = TimeSpan.FromHours(1));
        }

        Services.AddHostedService(services => new Load(services.GetRequiredService<IHttpClientFactory>().CreateClient("client")));
        await StartAsync();
        await allArrived.WithinAsync();
        await CreateClient().GetStringAsync("/next").WithinAsync();
        await Recorder.SettleAsync();
        return Host.StopAsync();
    }

    private sealed class Load(HttpClient client) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
            Task.WhenAll(Enumerable.Range(0, Calls).Select(_ => client.GetStringAsync("/held", stoppingToken)));
    }
}
