using GracefulHttp.TestKit;
using GracefulHttp.WireTests.Carriers;
using GracefulHttp.WireTests.Ghosts;

namespace GracefulHttp.WireTests.Lifetimes;

/// <summary><see cref="HttpClient.Timeout"/> keeps its shape, wherever the request is when it runs out.</summary>
public sealed class TimeoutTests : CarrierTest
{
    // It passes in the real time of the runtime's timer; what is held stays held, so it may be as short as one likes.
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(200);

    private readonly SyncPoint _connecting = new();

    [Theory]
    [MemberData(nameof(CarrierCells.AllStrategies), MemberType = typeof(CarrierCells))]
    public async Task Timeout_WhileConnecting_IsThePlainClients(Carrier carrier, AbandonStrategy strategy)
    {
        await ServeHeldAsync(carrier);

        await ShouldBeThePlainClientsAsync(strategy, sockets => sockets.ConnectCallback = new HeldConnect(_connecting).ConnectAsync);

        _connecting.Release();
    }

    [Theory]
    [MemberData(nameof(CarrierCells.AllStrategies), MemberType = typeof(CarrierCells))]
    public async Task Timeout_WaitingForHeaders_IsThePlainClients(Carrier carrier, AbandonStrategy strategy)
    {
        await ServeHeldAsync(carrier);

        await ShouldBeThePlainClientsAsync(strategy);
    }

    [Theory]
    [MemberData(nameof(CarrierCells.AllStrategies), MemberType = typeof(CarrierCells))]
    public async Task Timeout_ReadingTheBody_IsThePlainClients(Carrier carrier, AbandonStrategy strategy)
    {
        await ServeAsync(carrier, exchange => exchange.AnswerStalledAsync(Held));

        await ShouldBeThePlainClientsAsync(strategy);
    }

    [Theory]
    [InlineData(Carrier.Http)]
    [InlineData(Carrier.Https)]
    public async Task Timeout_OfASynchronousSend_IsThePlainClients(Carrier carrier)
    {
        await ServeHeldAsync(carrier);

        await ShouldBeThePlainClientsAsync(AbandonStrategy.Drain, call: client => Task.Factory.StartNew(
            () => client.Send(new HttpRequestMessage(HttpMethod.Get, "/held")),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default));
    }

    private async Task ShouldBeThePlainClientsAsync(
        AbandonStrategy strategy, Action<SocketsHttpHandler>? configure = null, Func<HttpClient, Task>? call = null)
    {
        call ??= client => client.GetAsync("/held");
        TaskCanceledException plain = await RunOutAsync(ConnectThrough(NewConfigured()), call);
        TaskCanceledException graceful = await RunOutAsync(Connect(NewConfigured(), new GracefulHttpOptions { Strategy = strategy }), call);

        graceful.Message.ShouldBe(plain.Message);
        plain.InnerException.ShouldBeOfType<TimeoutException>().InnerException.ShouldBeOfType<TaskCanceledException>();
        graceful.InnerException.ShouldBeOfType<TimeoutException>().InnerException.ShouldBeOfType<TaskCanceledException>();
        Held.IsReleased.ShouldBeFalse();

        SocketsHttpHandler NewConfigured()
        {
            SocketsHttpHandler sockets = NewSockets();
            configure?.Invoke(sockets);
            return sockets;
        }
    }

    private static async Task<TaskCanceledException> RunOutAsync(WireClient client, Func<HttpClient, Task> call)
    {
        client.Http.Timeout = Timeout;
        return await Assert.ThrowsAsync<TaskCanceledException>(() => call(client.Http).WithinAsync());
    }
}
