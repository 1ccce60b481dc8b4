using System.Net.Sockets;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.WireTests.Connecting;

/// <summary>Over a Unix domain socket there is no FIN and no RST, but an end and an error: a relay on the socket tells which of them it got.</summary>
public sealed class UnixSocketTests : WireTest
{
    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task Close_CallerLeaves_EndsWithoutError(Scheme scheme, Phase phase)
    {
        using var folder = new TemporaryFolder();
        Serve(scheme, phase.HeldScript(Held));
        await using RelayServer relay = StartRelay(folder);
        WireClient client = Connect(Graceful(relay));

        await client.AbandonAsync(Held, phase);

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
        (await relay.Connections.ShouldHaveSingleItem().Ended.WithinAsync()).ShouldBe(PeerEnding.Fin);
        ShouldHaveEndedAs("closed");
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Client_Disposed_EndsItsIdleConnectionWithoutError(Scheme scheme)
    {
        using var folder = new TemporaryFolder();
        Serve(scheme, FinBlindScripts.Respond());
        await using RelayServer relay = StartRelay(folder);
        WireClient client = Connect(Graceful(relay));
        (await client.Http.GetStringAsync("/next")).ShouldBe("ok");

        client.Http.Dispose();

        await ShouldEndInPeaceAsync(client, scheme);
        (await relay.Connections.ShouldHaveSingleItem().Ended.WithinAsync()).ShouldBe(PeerEnding.Fin);
        ShouldHaveEndedAs("closed");
    }

    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task PlainClient_CallerLeaves_EndsWithAnError(Scheme scheme, Phase phase)
    {
        using var folder = new TemporaryFolder();
        Serve(scheme, phase.HeldScript(Held));
        await using RelayServer relay = StartRelay(folder);
        WireClient client = Connect(Over(relay));

        await client.AbandonAsync(Held, phase);
        await Recorder.WaitForAsync(recorder => recorder.FinsFromClient == 1);
        Held.Release();

        (await relay.Connections.ShouldHaveSingleItem().Ended.WithinAsync()).ShouldBe(PeerEnding.Reset);
    }

    private RelayServer StartRelay(TemporaryFolder folder) =>
        RelayServer.Start(RelayHandshakes.To(Server.Port), new UnixDomainSocketEndPoint(Path.Combine(folder.Path, "relay")));

    private GracefulHttpHandler Graceful(RelayServer relay) =>
        new(new GracefulHttpOptions { Strategy = AbandonStrategy.Close }, Over(relay)) { LoggerFactory = Logs };

    private static SocketsHttpHandler Over(RelayServer relay)
    {
        SocketsHttpHandler handler = NewSocketsHandlerWithoutDrain();
        handler.ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(relay.EndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        };
        return handler;
    }

    private void ShouldHaveEndedAs(string outcome) =>
        Logs.Records.Where(record => record.Id.Name == "ConnectionEnded").Select(record => record.Values["Outcome"])
            .ShouldBe([outcome], Logs.ToString());
}
