using GracefulHttp.TestKit;
using GracefulHttp.WireTests.Carriers;

namespace GracefulHttp.WireTests.Ghosts;

/// <summary>A request that waits in the pool's queue behind a busy connection (HTTP/2: behind its only stream) is not sent once it is abandoned.</summary>
public sealed class QueueTests : CarrierTest
{
    private readonly SyncPoint _connecting = new();

    [Theory]
    [MemberData(nameof(CarrierCells.Ways), MemberType = typeof(CarrierCells))]
    public async Task Drain_AbandonedInTheQueue_IsNeverSent(Carrier carrier, bool withHeaders, bool suppressFlow)
    {
        await ServeOneAtATimeAsync(carrier);
        WireClient client = Connect(OneConnection());
        Task<string> busy = await OccupyAsync(client);

        await AbandonAsync(client, Held, NewRequest("/ghost", withHeaders), suppressFlow);
        await client.WaitForIdleAsync();
        Held.Release();

        (await busy.WithinAsync()).ShouldBe("ok");
        await ShouldSeeNoGhostAsync(client, "GET /first", "GET /held");
        _connecting.Release();
    }

    [Theory]
    [MemberData(nameof(CarrierCells.AllStrategies), MemberType = typeof(CarrierCells))]
    public async Task AnyStrategy_AbandonedInTheQueue_IsNeverSentAndTheBusyConnectionIsNotTouched(Carrier carrier, AbandonStrategy strategy)
    {
        await ServeOneAtATimeAsync(carrier);
        WireClient client = Connect(OneConnection(), new GracefulHttpOptions { Strategy = strategy });
        Task<string> busy = await OccupyAsync(client);

        for (int i = 0; i < 3; i++)
        {
            await AbandonAsync(client, Held, NewRequest("/ghost"));
        }

        await client.WaitForIdleAsync();
        Held.Release();

        (await busy.WithinAsync()).ShouldBe("ok");
        await ShouldSeeNoGhostAsync(client, "GET /first", "GET /held");
        Recorder.ConnectionsOpened.ShouldBe(1);
        Recorder.FinsFromClient.ShouldBe(0);
        _connecting.Release();
    }

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task Drain_UploadAbandonedInTheQueue_IsNeverSent(Carrier carrier)
    {
        await ServeOneAtATimeAsync(carrier);
        WireClient client = Connect(OneConnection());
        Task<string> busy = await OccupyAsync(client);
        using HttpRequestMessage upload = NewRequest("/ghost", withHeaders: false, HttpMethod.Post);
        upload.Content = new ByteArrayContent(new byte[100]);

        await AbandonAsync(client, Held, upload);
        await client.WaitForIdleAsync();
        Held.Release();

        (await busy.WithinAsync()).ShouldBe("ok");
        await ShouldSeeNoGhostAsync(client, "GET /first", "GET /held");
        _connecting.Release();
    }

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task NaiveDrain_AbandonedInTheQueue_IsSentWhenItsTurnComes(Carrier carrier)
    {
        await ServeOneAtATimeAsync(carrier);
        WireClient client = ConnectThrough(new NaiveDrain(OneConnection()));
        Task<string> busy = await OccupyAsync(client);

        await AbandonAsync(client, Held, NewRequest("/ghost"));
        Held.Release();

        await Server.SeenAsync("GET /ghost");
        await busy.WithinAsync();
        _connecting.Release();
    }

    private Task ServeOneAtATimeAsync(Carrier carrier) => ServeAsync(
        carrier,
        async exchange =>
        {
            await (exchange.Path == "/held" ? Held.ArriveAsync() : Task.CompletedTask);
            await exchange.AnswerAsync();
        },
        maxStreams: 1);

    /// <summary>The limit does not hold for HTTP/2: there it is a second connection that never comes.</summary>
    private SocketsHttpHandler OneConnection()
    {
        SocketsHttpHandler sockets = NewSockets();
        sockets.MaxConnectionsPerServer = 1;
        sockets.ConnectCallback = new HeldConnect(_connecting, free: 1).ConnectAsync;
        return sockets;
    }

    private async Task<Task<string>> OccupyAsync(WireClient client)
    {
        // With its answer the client knows how many streams the server allows.
        await client.Http.GetStringAsync("/first").WithinAsync();
        Task<string> busy = client.Http.GetStringAsync("/held");
        await Held.ArrivedAsync();
        return busy;
    }
}
