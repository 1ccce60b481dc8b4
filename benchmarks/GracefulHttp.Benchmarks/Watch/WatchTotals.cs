namespace GracefulHttp.Benchmarks.Watch;

/// <summary>What is kept of connections that are forgotten: numbers.</summary>
internal sealed class WatchTotals
{
    // Whoever scans the network must not fill the memory.
    private const int MostPeers = 10_000;

    private readonly Dictionary<ConnectionEnding, long> _forgotten = [];
    private readonly Dictionary<WatchedPeer, PeerTotals> _peers = [];
    private readonly long[] _resets = new long[2];
    private PeerTotals _otherPeers = new();
    private long _connections;
    private long _seenFromTheMiddle;

    public void Begun(WatchedConnection connection)
    {
        _connections++;
        Change(connection, totals => totals with { Connections = totals.Connections + 1 });
    }

    public void Reset(WatchedConnection connection, Side sender)
    {
        _resets[(int)sender]++;
        Change(connection, totals => sender == Side.Client
            ? totals with { ClientResets = totals.ClientResets + 1 }
            : totals with { ServerResets = totals.ServerResets + 1 });
    }

    public void Forgotten(WatchedConnection connection)
    {
        Count(_forgotten, connection);
        _seenFromTheMiddle += connection.IsWhole ? 0 : 1;
    }

    public WatchSummary Summarize(IEnumerable<WatchedConnection> remembered)
    {
        var endings = new Dictionary<ConnectionEnding, long>(_forgotten);
        long seenFromTheMiddle = _seenFromTheMiddle;
        foreach (WatchedConnection connection in remembered)
        {
            Count(endings, connection);
            seenFromTheMiddle += connection.IsWhole ? 0 : 1;
        }

        return new WatchSummary(
            _connections, seenFromTheMiddle, endings, _resets[(int)Side.Client], _resets[(int)Side.Server], _peers, _otherPeers);
    }

    private static void Count(Dictionary<ConnectionEnding, long> endings, WatchedConnection connection)
    {
        var ending = ConnectionEnding.Of(connection);
        endings[ending] = endings.GetValueOrDefault(ending) + 1;
    }

    private void Change(WatchedConnection connection, Func<PeerTotals, PeerTotals> change)
    {
        var peer = new WatchedPeer(connection.Client.Address, connection.Server);
        if (_peers.TryGetValue(peer, out PeerTotals? totals) || _peers.Count < MostPeers)
        {
            _peers[peer] = change(totals ?? new PeerTotals());
        }
        else
        {
            _otherPeers = change(_otherPeers);
        }
    }
}
