using System.Net;
using System.Net.Sockets;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Networks;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.WireTests.TestKit;

/// <summary>Two hosts and the firewall between them: what the appliance's sample and the tests against real servers rely on.</summary>
public sealed class NetworkTests : IDisposable
{
    private static readonly IPAddress Neighbour = IPAddress.Parse("192.0.2.3");

    private readonly TwoHosts _hosts;
    private readonly Socket _listener;
    private readonly IPEndPoint _server;

    public NetworkTests()
    {
        Assert.SkipUnless(NetworkNamespace.IsAvailable(out string whyNot) && ResetCountingFirewall.IsAvailable(out whyNot), whyNot);
        _hosts = new TwoHosts();
        _listener = _hosts.Server.Run(NewSocket);
        _listener.Bind(new IPEndPoint(TwoHosts.ServerAddress, 0));
        _listener.Listen(100);
        _server = (IPEndPoint)_listener.LocalEndPoint!;
    }

    public void Dispose()
    {
        _listener?.Dispose();
        _hosts?.Dispose();
    }

    [Fact]
    public void TwoHosts_ClientResets_IsCountedOnItsHostAlone()
    {
        Reset(TwoHosts.ClientAddress, 3);

        _hosts.Client.Run(KernelTcpCounters.Read).ResetsSent.ShouldBe(3);
        _hosts.Server.Run(KernelTcpCounters.Read).ResetsSent.ShouldBe(0);
    }

    [Fact]
    public void ResetCountingFirewall_AsManyResetsAsItLetsPass_BlocksNobody()
    {
        var firewall = new ResetCountingFirewall(_hosts.Server);

        Reset(TwoHosts.ClientAddress, ResetCountingFirewall.ResetsPerMinute);

        firewall.Resets.ShouldBe(ResetCountingFirewall.ResetsPerMinute);
        firewall.Blocks(TwoHosts.ClientAddress).ShouldBeFalse();
        firewall.Dropped.ShouldBe(0);
    }

    [Fact]
    public async Task ResetCountingFirewall_MoreResets_DropsEverythingFromTheirSenderAndFromNobodyElse()
    {
        var firewall = new ResetCountingFirewall(_hosts.Server);
        _hosts.Client.Tool("ip", $"address add {Neighbour}/24 dev cable");

        // One more is enough, unless this machine takes so long that its share of a minute's has come back.
        Reset(TwoHosts.ClientAddress, ResetCountingFirewall.ResetsPerMinute);
        for (int i = 0; i < ResetCountingFirewall.ResetsPerMinute && !firewall.Blocks(TwoHosts.ClientAddress); i++)
        {
            Reset(TwoHosts.ClientAddress, 1);
        }

        firewall.Blocks(TwoHosts.ClientAddress).ShouldBeTrue();
        firewall.Blocks(Neighbour).ShouldBeFalse();
        using Socket neighbour = From(Neighbour);
        await neighbour.ConnectAsync(_server, TestContext.Current.CancellationToken).AsTask().WithinAsync();
        using var patience = new CancellationTokenSource();
        using Socket blocked = From(TwoHosts.ClientAddress);
        int before = firewall.Dropped;
        Task connecting = blocked.ConnectAsync(_server, patience.Token).AsTask();
        SpinWait.SpinUntil(() => firewall.Dropped > before, Deadline.Default).ShouldBeTrue();
        connecting.IsCompleted.ShouldBeFalse();
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
    }

    private void Reset(IPAddress from, int times)
    {
        for (int i = 0; i < times; i++)
        {
            using Socket socket = From(from);
            socket.Connect(_server);
            socket.LingerState = new LingerOption(true, 0);
        }
    }

    private Socket From(IPAddress address)
    {
        Socket socket = _hosts.Client.Run(NewSocket);
        socket.Bind(new IPEndPoint(address, 0));
        return socket;
    }

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
}
