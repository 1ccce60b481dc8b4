using GracefulHttp.TestKit;
using GracefulHttp.WireTests.Carriers;
using GracefulHttp.WireTests.Ghosts;

namespace GracefulHttp.WireTests.Lifetimes;

/// <summary>The exception carries the caller's token, also where no <see cref="HttpClient"/> puts it right.</summary>
public sealed class TokenTests : CarrierTest
{
    private readonly SyncPoint _connecting = new();

    [Theory]
    [MemberData(nameof(CarrierCells.AllStrategies), MemberType = typeof(CarrierCells))]
    public async Task Invoker_CancelledWhileConnecting_ThrowsWithTheCallersToken(Carrier carrier, AbandonStrategy strategy)
    {
        await ServeHeldAsync(carrier);
        SocketsHttpHandler sockets = NewSockets();
        sockets.ConnectCallback = new HeldConnect(_connecting).ConnectAsync;

        await ShouldThrowWithTheCallersTokenAsync(strategy, sockets, _connecting);

        _connecting.Release();
    }

    [Theory]
    [MemberData(nameof(CarrierCells.AllStrategies), MemberType = typeof(CarrierCells))]
    public async Task Invoker_CancelledWaitingForHeaders_ThrowsWithTheCallersToken(Carrier carrier, AbandonStrategy strategy)
    {
        await ServeHeldAsync(carrier);

        await ShouldThrowWithTheCallersTokenAsync(strategy, NewSockets(), Held);
    }

    [Theory]
    [MemberData(nameof(CarrierCells.AllStrategies), MemberType = typeof(CarrierCells))]
    public async Task Invoker_CancelledWhileItsHeadersAreWritten_ThrowsWithTheCallersToken(Carrier carrier, AbandonStrategy strategy)
    {
        // Over a connection that waits in the pool the headers are written before SendAsync returns: the token fires so early
        // that nobody has heard of it yet.
        using var caller = new CancellationTokenSource();
        await ServeHeldAsync(carrier);
        SocketsHttpHandler sockets = NewSockets();
        sockets.RequestHeaderEncodingSelector = (_, _) =>
        {
            caller.Cancel();
            return null;
        };
        WireClient client = Connect(sockets, new GracefulHttpOptions { Strategy = strategy });
        await client.Http.GetStringAsync("/first").WithinAsync();
        using var invoker = new HttpMessageInvoker(client.Graceful!, disposeHandler: false);
        using HttpRequestMessage request = NewRequest("/held");

        OperationCanceledException e = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => invoker.SendAsync(request, caller.Token).WithinAsync());

        e.CancellationToken.ShouldBe(caller.Token);
    }

    private async Task ShouldThrowWithTheCallersTokenAsync(AbandonStrategy strategy, SocketsHttpHandler sockets, SyncPoint held)
    {
        WireClient client = Connect(sockets, new GracefulHttpOptions { Strategy = strategy });
        using var invoker = new HttpMessageInvoker(client.Graceful!, disposeHandler: false);
        using var caller = new CancellationTokenSource();
        using HttpRequestMessage request = NewRequest("/held");
        Task<HttpResponseMessage> sending = invoker.SendAsync(request, caller.Token);
        await held.ArrivedAsync();

        await caller.CancelAsync();

        (await Assert.ThrowsAsync<TaskCanceledException>(() => sending.WithinAsync())).CancellationToken.ShouldBe(caller.Token);
        held.IsReleased.ShouldBeFalse();
    }
}
