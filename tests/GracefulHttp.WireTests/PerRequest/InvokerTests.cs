using GracefulHttp.TestKit;
using GracefulHttp.WireTests.Carriers;

namespace GracefulHttp.WireTests.PerRequest;

/// <summary>Through an <see cref="HttpMessageInvoker"/>, which buffers nothing and times nothing out, everything is as through a client.</summary>
public sealed class InvokerTests : CarrierTest
{
    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task Drain_CallerLeavesBeforeTheHeaders_IsDrained(Carrier carrier)
    {
        await ServeHeldAsync(carrier);
        WireClient client = Connect();
        using var invoker = new HttpMessageInvoker(client.Graceful!, disposeHandler: false);
        using var caller = new CancellationTokenSource();
        using HttpRequestMessage request = NewRequest("/held");
        Task<HttpResponseMessage> call = invoker.SendAsync(request, caller.Token);
        await Held.ArrivedAsync();
        await Recorder.SettleAsync();

        await caller.CancelAsync();
        await Assert.ThrowsAsync<TaskCanceledException>(() => call.WithinAsync());
        Held.Release();

        await ShouldSeeNoGhostAsync(client, "GET /held");
        Outcomes.ShouldBe(["drained"]);
        Recorder.ConnectionsOpened.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task Drain_ResponseDisposedInItsBody_IsDrained(Carrier carrier)
    {
        await ServeAsync(carrier, exchange => exchange.AnswerStalledAsync(Held));
        WireClient client = Connect();
        using var invoker = new HttpMessageInvoker(client.Graceful!, disposeHandler: false);
        using HttpRequestMessage request = NewRequest("/held");

        (await invoker.SendAsync(request, CancellationToken.None).WithinAsync()).Dispose();
        await Held.ArrivedAsync();
        Held.Release();

        await ShouldSeeNoGhostAsync(client, "GET /held");
        Outcomes.ShouldBe(["drained"]);
        Recorder.ConnectionsOpened.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task Close_CallerLeavesBeforeTheHeaders_ServerIsToldAtOnce(Carrier carrier)
    {
        await ServeHeldAsync(carrier);
        WireClient client = Connect(options: new GracefulHttpOptions { Strategy = AbandonStrategy.Close });
        using var invoker = new HttpMessageInvoker(client.Graceful!, disposeHandler: false);
        using var caller = new CancellationTokenSource();
        using HttpRequestMessage request = NewRequest("/held");
        Task<HttpResponseMessage> call = invoker.SendAsync(request, caller.Token);
        await Held.ArrivedAsync();
        await Recorder.SettleAsync();

        await caller.CancelAsync();
        await Assert.ThrowsAsync<TaskCanceledException>(() => call.WithinAsync());
        await Logs.WaitForAsync(record => record.Id.Name == "RequestEnded");
        Held.IsReleased.ShouldBeFalse();
        Held.Release();

        await ShouldSeeNoGhostAsync(client, "GET /held");
        Outcomes.ShouldBe(["closed"]);
    }
}
