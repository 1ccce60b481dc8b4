using GracefulHttp.Benchmarks.Watch;

namespace GracefulHttp.BenchmarkTests.Watch;

public sealed class ConnectionTrackerTests
{
    private readonly ConnectionTracker _tracker = new(WatchedPorts.All);
    private readonly Edges _edges = new();

    [Fact]
    public void Add_ResetAnswersASyn_IsRefused()
    {
        Meanings(_edges.Syn(), _edges.ServerReset()).ShouldBe(["", "refused"]);

        WatchSummary summary = _tracker.Summarize();
        summary.Refused.ShouldBe(1);
        summary.Ended(FinOrder.Nobody, Side.Server).ShouldBe(0, "a refusal is no abort");
        (summary.ClientResets, summary.ServerResets).ShouldBe((0, 1));
    }

    [Fact]
    public void Add_ResetAfterTheHandshake_IsAnAbort()
    {
        Meanings(_edges.Syn(), _edges.SynAck(), _edges.ServerReset()).ShouldBe(["", "", "abort"]);

        WatchSummary summary = _tracker.Summarize();
        summary.Refused.ShouldBe(0);
        summary.Ended(FinOrder.Nobody, Side.Server).ShouldBe(1);
    }

    [Fact]
    public void Add_ResetAfterTheSendersFin_SaysThatTheFinWasNotTheEnd()
    {
        Meanings(_edges.Syn(), _edges.SynAck(), _edges.ClientFin(), _edges.ClientReset(), _edges.ClientReset())
            .ShouldBe(["", "", "client first", "abort, after its FIN", "again"]);

        WatchSummary summary = _tracker.Summarize();
        summary.Connections.ShouldBe(1);
        summary.Ended(FinOrder.Client, Side.Client).ShouldBe(1);
        summary.Ended(FinOrder.Client, null).ShouldBe(0);
        summary.ClientResets.ShouldBe(2, "a firewall counts each");
    }

    [Fact]
    public void Add_ResetsOfBothSides_FirstOneCounts()
    {
        Meanings(_edges.Syn(), _edges.SynAck(), _edges.ServerFin(), _edges.ClientReset(), _edges.ServerReset())
            .ShouldBe(["", "", "server first", "abort, after the other's FIN", "answers a reset"]);

        _tracker.Summarize().Ended(FinOrder.Server, Side.Client).ShouldBe(1);
    }

    [Theory]
    [InlineData(true, "client first", FinOrder.Client)]
    [InlineData(false, "server first", FinOrder.Server)]
    internal void Add_OneFinAnswersTheOther_SaysWhoWasFirst(bool client, string meaning, FinOrder order)
    {
        Meanings(_edges.Syn(), _edges.SynAck());

        Meanings(client
            ? [_edges.ClientFin(), _edges.ServerFin(seesClientFin: true)]
            : [_edges.ServerFin(), _edges.ClientFin(seesServerFin: true)]).ShouldBe([meaning, ""]);

        WatchSummary summary = _tracker.Summarize();
        summary.Ended(order, null).ShouldBe(1);
        summary.Open.ShouldBe(0);
    }

    [Fact]
    public void Add_NeitherFinHasSeenTheOther_Crossed()
    {
        Meanings(_edges.Syn(), _edges.SynAck(), _edges.ClientFin(), _edges.ServerFin())
            .ShouldBe(["", "", "client first", "crossed the other's"]);

        _tracker.Summarize().Ended(FinOrder.Crossed, null).ShouldBe(1);
    }

    [Fact]
    public void Add_ResetAfterBothFins_IsNoAbort() =>
        Meanings(_edges.Syn(), _edges.SynAck(), _edges.ClientFin(), _edges.ServerFin(seesClientFin: true), _edges.ClientReset())
            .Last().ShouldBe("after both FINs");

    [Fact]
    public void Add_SameSegmentsAgain_AreRetransmitted()
    {
        Meanings(_edges.Syn(), _edges.Syn(), _edges.SynAck(), _edges.SynAck(), _edges.ClientFin(), _edges.ClientFin())
            .ShouldBe(["", "retransmitted", "", "retransmitted", "client first", "retransmitted"]);

        WatchSummary summary = _tracker.Summarize();
        summary.Connections.ShouldBe(1);
        summary.Open.ShouldBe(1, "one FIN does not end it");
    }

    [Fact]
    public void Add_AnotherSynFromTheSamePort_IsAnotherConnection()
    {
        Meanings(_edges.Syn(), _edges.SynAck(), _edges.ClientFin(), _edges.ServerFin(seesClientFin: true));

        Meanings(_edges.Syn(sequence: 77), _edges.ServerReset()).ShouldBe(["", "refused"]);

        WatchSummary summary = _tracker.Summarize();
        summary.Connections.ShouldBe(2);
        summary.Ended(FinOrder.Client, null).ShouldBe(1);
        summary.Refused.ShouldBe(1);
        _tracker.Remembered.ShouldBe(1);
    }

    [Theory]
    [InlineData(80, 50_000, "80")]          // the watched port is the server's
    [InlineData(50_000, 80, "50000")]       // however high it is
    [InlineData(80, 50_000, "1-65535")]     // where both are watched, the lower one
    [InlineData(80, 50_000, null)]
    public void Add_SeenFromTheMiddle_TellsTheServerByItsPort(int serverPort, int clientPort, string? ports)
    {
        var tracker = new ConnectionTracker(Ports(ports));
        var edges = new Edges(clientPort, serverPort);

        WatchLine line = tracker.Add(edges.ServerFin()).ShouldNotBeNull();

        line.Server.ShouldBe(edges.Server);
        line.Sender.ShouldBe(Side.Server);
        tracker.Summarize().SeenFromTheMiddle.ShouldBe(1);
    }

    [Fact]
    public void Add_SynFromALowPort_ItsSenderIsTheClient()
    {
        var edges = new Edges(clientPort: 80, serverPort: 50_000);

        _tracker.Add(edges.Syn()).ShouldNotBeNull().Client.ShouldBe(edges.Client);
        _tracker.Add(edges.SynAck()).ShouldNotBeNull().Client.ShouldBe(edges.Client);
        _tracker.Summarize().SeenFromTheMiddle.ShouldBe(0);
    }

    [Fact]
    public void Add_ServerOnAnotherPort_IsNotShown()
    {
        var tracker = new ConnectionTracker(Ports("443"));

        tracker.Add(_edges.Syn()).ShouldBeNull();
        // Somebody whose own port happens to be the watched one is no server on it.
        tracker.Add(new Edges(clientPort: 443, serverPort: 80).Syn()).ShouldBeNull();

        tracker.Summarize().Connections.ShouldBe(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)] // its SYN was sent before
    public void Add_ClientsPortIsAWatchedOne_MakesNoServerOfIt(bool isWhole)
    {
        var tracker = new ConnectionTracker(Ports("49152-65535"));
        WatchedEdge[] edges = [_edges.Syn(), _edges.SynAck(), _edges.ClientFin(), _edges.ServerFin(seesClientFin: true), _edges.ClientReset()];

        foreach (WatchedEdge edge in edges.Skip(isWhole ? 0 : 1))
        {
            tracker.Add(edge).ShouldBeNull();
        }

        WatchSummary summary = tracker.Summarize();
        (summary.Connections, summary.ClientResets, summary.ServerResets, summary.SeenFromTheMiddle).ShouldBe((0, 0, 0, 0));
    }

    [Fact]
    public void Add_ManyClientsPortsAreWatchedOnes_AreForgottenWithoutATrace()
    {
        var tracker = new ConnectionTracker(Ports("1000-1099"), mostOpen: 2, mostEnded: 3);
        for (int port = 1_000; port < 1_100; port++)
        {
            tracker.Add(new Edges(port).Syn()).ShouldBeNull();
        }

        tracker.Remembered.ShouldBe(2);
        tracker.Summarize().Endings.ShouldBeEmpty();
    }

    [Fact]
    public void Add_MoreThanIsRemembered_ForgetsTheOldestAndKeepsItsNumbers()
    {
        var tracker = new ConnectionTracker(WatchedPorts.All, mostOpen: 2, mostEnded: 3);
        for (int port = 1_000; port < 1_100; port++)
        {
            var edges = new Edges(port);
            tracker.Add(edges.Syn());
            if (port % 2 == 0)
            {
                tracker.Add(edges.ServerReset());
            }
        }

        tracker.Remembered.ShouldBe(5);
        WatchSummary summary = tracker.Summarize();
        summary.Connections.ShouldBe(100);
        summary.Refused.ShouldBe(50);
        summary.Open.ShouldBe(50);
        summary.SeenFromTheMiddle.ShouldBe(0);
    }

    [Fact]
    public void Summarize_SeveralPeers_CountsEach()
    {
        Edges[] all = [new(50_000), new(50_001), new(50_002, serverPort: 81)];
        foreach (Edges edges in all)
        {
            Meanings(edges.Syn(), edges.SynAck(), edges.ClientReset());
        }

        _tracker.Summarize().Peers.ShouldBe(
            [
                new(new WatchedPeer(all[0].Client.Address, all[0].Server), new PeerTotals(Connections: 2, ClientResets: 2)),
                new(new WatchedPeer(all[2].Client.Address, all[2].Server), new PeerTotals(Connections: 1, ClientResets: 1)),
            ],
            ignoreOrder: true);
    }

    private static WatchedPorts Ports(string? text)
    {
        if (text is null)
        {
            return WatchedPorts.All;
        }

        WatchedPorts.TryParse(text, out (int First, int Last) range).ShouldBeTrue();
        return new WatchedPorts([range]);
    }

    private string[] Meanings(params WatchedEdge[] edges) => [.. edges.Select(edge => _tracker.Add(edge).ShouldNotBeNull().Meaning)];
}
