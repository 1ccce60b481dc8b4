using System.Net.Sockets;
using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.WireTests.UsersView;

/// <summary>The runtime's own instruments say of our connections what they say of its own.</summary>
public sealed class TelemetryTests
{
    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task OpenConnections_OfEachMake_CarryTheSameTags(Scheme scheme)
    {
        await using FinBlindServer server = FinBlindServer.Start(FinBlindScripts.Respond(), scheme.Tls());

        string tags = await ClientMakes.ShouldAgreeAsync(make => TagsAsync(make, new SocketsHttpHandler(), server));

        tags.ShouldContain("network.peer.address=");
        tags.ShouldContain("127.0.0.1");
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task OpenConnections_OfTheUsersConnectCallback_CarryTheSameTags(Scheme scheme)
    {
        await using FinBlindServer server = FinBlindServer.Start(FinBlindScripts.Respond(), scheme.Tls());

        string tags = await ClientMakes.ShouldAgreeAsync(make => TagsAsync(make, WithCallback(), server));

        tags.ShouldContain("network.peer.address=127.0.0.1");

        static SocketsHttpHandler WithCallback() => new()
        {
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
    }

    private static async Task<string> TagsAsync(ClientMake make, SocketsHttpHandler sockets, FinBlindServer server)
    {
        using var meters = new TestMeterFactory();
        using var metrics = new MeterRecorder("System.Net.Http", meters);
        sockets.TrustTestCertificate().MeterFactory = meters;
        using HttpClient client = make.NewClient(sockets, server.BaseAddress);
        (await client.GetStringAsync("/")).ShouldBe("ok");
        return string.Join('\n', metrics.Measurements.Where(m => m.Instrument.Name == "http.client.open_connections"));
    }
}
