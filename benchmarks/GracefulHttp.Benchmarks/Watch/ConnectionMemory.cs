using System.Net;

namespace GracefulHttp.Benchmarks.Watch;

/// <summary>The connections that are remembered, by their two ends: open ones, and those ended last, because RSTs come late.</summary>
/// <param name="forget">What becomes of a connection of which nothing more is expected.</param>
/// <param name="mostOpen">Beyond that the one opened first is forgotten.</param>
/// <param name="mostEnded">Beyond that the one ended first is.</param>
internal sealed class ConnectionMemory(Action<WatchedConnection> forget, int mostOpen, int mostEnded)
{
    private readonly Dictionary<(IPEndPoint, IPEndPoint), LinkedListNode<WatchedConnection>> _byEnds = [];
    private readonly LinkedList<WatchedConnection> _open = [];
    private readonly LinkedList<WatchedConnection> _ended = [];

    public IEnumerable<WatchedConnection> All => _open.Concat(_ended);

    /// <summary>The connection between two ends, whoever of them is its client.</summary>
    public WatchedConnection? Find(IPEndPoint one, IPEndPoint other) =>
        _byEnds.TryGetValue((one, other), out LinkedListNode<WatchedConnection>? node) || _byEnds.TryGetValue((other, one), out node)
            ? node.Value
            : null;

    public void Add(WatchedConnection connection)
    {
        _byEnds.Add(Ends(connection), _open.AddLast(connection));
        if (_open.Count > mostOpen)
        {
            Forget(_open.First!.Value);
        }
    }

    /// <summary>To be called when it has ended; again does no harm.</summary>
    public void Ended(WatchedConnection connection)
    {
        LinkedListNode<WatchedConnection> node = _byEnds[Ends(connection)];
        if (node.List == _ended)
        {
            return;
        }

        _open.Remove(node);
        _ended.AddLast(node);
        if (_ended.Count > mostEnded)
        {
            Forget(_ended.First!.Value);
        }
    }

    public void Forget(WatchedConnection connection)
    {
        _byEnds.Remove(Ends(connection), out LinkedListNode<WatchedConnection>? node);
        node!.List!.Remove(node);
        forget(connection);
    }

    private static (IPEndPoint, IPEndPoint) Ends(WatchedConnection connection) => (connection.Client, connection.Server);
}
