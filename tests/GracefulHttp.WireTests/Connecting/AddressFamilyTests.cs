using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.WireTests.Connecting;

/// <summary>IPv6, and names that have addresses of both families. The recorder sees IPv4 only: over IPv6 a relay tells how it was left.</summary>
public sealed class AddressFamilyTests : WireTest
{
    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task IPv6_CallerLeaves_EndsInPeace(Scheme scheme, Phase phase)
    {
        SkipWithoutIPv6();
        Serve(scheme, phase.HeldScript(Held));
        await using RelayServer relay = StartRelay();
        WireClient client = Connect(Graceful());
        client.Http.BaseAddress = Address("[::1]", relay.Port);

        await client.AbandonAsync(Held, phase);

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
        (await relay.Connections.ShouldHaveSingleItem().Ended.WithinAsync()).ShouldBe(PeerEnding.Fin);
    }

    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task IPv6_CallerOfThePlainClientLeaves_SendsReset(Scheme scheme, Phase phase)
    {
        SkipWithoutIPv6();
        Serve(scheme, phase.HeldScript(Held));
        await using RelayServer relay = StartRelay();
        WireClient client = Connect(NewSocketsHandlerWithoutDrain());
        client.Http.BaseAddress = Address("[::1]", relay.Port);

        await client.AbandonAsync(Held, phase);
        await Recorder.WaitForAsync(recorder => recorder.FinsFromClient == 1);
        Held.Release();

        (await relay.Connections.ShouldHaveSingleItem().Ended.WithinAsync()).ShouldBe(PeerEnding.Reset);
    }

    /// <summary>Where the name has an IPv6 address too, nobody listens there, and the next one is tried.</summary>
    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task NameOfBothFamilies_ServerOnIPv4Only_EndsInPeace(Scheme scheme, Phase phase)
    {
        Serve(scheme, phase.HeldScript(Held));
        WireClient client = Connect(Graceful());
        client.Http.BaseAddress = Address("localhost", Server.Port);

        await client.AbandonAsync(Held, phase);

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
    }

    private static void SkipWithoutIPv6()
    {
        bool available = Socket.OSSupportsIPv6
            && NetworkInterface.GetAllNetworkInterfaces().SelectMany(network => network.GetIPProperties().UnicastAddresses)
                .Any(address => address.Address.Equals(IPAddress.IPv6Loopback));
        Assert.SkipUnless(available, "this machine has no IPv6 loopback");
    }

    private Uri Address(string host, int port) => new($"{Server.BaseAddress.Scheme}://{host}:{port}");

    private RelayServer StartRelay() =>
        RelayServer.Start(RelayHandshakes.To(Server.Port), new IPEndPoint(IPAddress.IPv6Loopback, 0));

    private GracefulHttpHandler Graceful() =>
        new(new GracefulHttpOptions { Strategy = AbandonStrategy.Close }, NewSocketsHandlerWithoutDrain()) { LoggerFactory = Logs };
}
