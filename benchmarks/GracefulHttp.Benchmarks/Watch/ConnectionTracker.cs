namespace GracefulHttp.Benchmarks.Watch;

/// <summary>Tells which connection each segment belongs to, who is its client, and what the segment means. Not thread-safe.</summary>
internal sealed class ConnectionTracker
{
    private const int MostOpen = 100_000;
    private const int MostEnded = 4_096;

    private readonly WatchedPorts _ports;
    private readonly ConnectionMemory _memory;
    private readonly WatchTotals _totals = new();

    public ConnectionTracker(WatchedPorts ports, int mostOpen = MostOpen, int mostEnded = MostEnded)
    {
        _ports = ports;
        _memory = new ConnectionMemory(Forget, mostOpen, mostEnded);
    }

    /// <summary>How many connections are remembered now.</summary>
    public int Remembered => _memory.All.Count();

    /// <summary>Takes the segment in.</summary>
    /// <returns>Its line of the log, or null where it belongs to no server that is watched.</returns>
    public WatchLine? Add(in WatchedEdge edge)
    {
        WatchedConnection? connection = _memory.Find(edge.Source, edge.Destination);
        if (connection?.IsReplacedBy(edge) == true)
        {
            _memory.Forget(connection);
            connection = null;
        }

        if (connection is null)
        {
            connection = Begin(edge);
            if (!IsWatched(connection) && !_ports.Contains(connection.Client.Port))
            {
                return null;
            }

            // Also one that is not watched, where its client's port is: from the middle on it would look like a server's.
            _memory.Add(connection);
            if (IsWatched(connection))
            {
                _totals.Begun(connection);
            }
        }

        string meaning = connection.Add(edge);
        if (connection.IsEnded)
        {
            _memory.Ended(connection);
        }

        if (!IsWatched(connection))
        {
            return null;
        }

        Side sender = connection.SenderOf(edge);
        if (edge.IsReset)
        {
            _totals.Reset(connection, sender);
        }

        return new WatchLine(connection.Client, connection.Server, sender, edge, meaning);
    }

    /// <summary>What has been seen until now.</summary>
    public WatchSummary Summarize() => _totals.Summarize(_memory.All.Where(IsWatched));

    private bool IsWatched(WatchedConnection connection) => _ports.IsAll || _ports.Contains(connection.Server.Port);

    private void Forget(WatchedConnection connection)
    {
        if (IsWatched(connection))
        {
            _totals.Forgotten(connection);
        }
    }

    /// <summary>Of a connection that is seen from the middle on: the server is where the watched port is, else where the lower one is.</summary>
    private WatchedConnection Begin(in WatchedEdge edge)
    {
        if (edge.IsSyn)
        {
            return new WatchedConnection(edge.Source, edge.Destination);
        }

        bool toServer = !edge.IsSynAck && (_ports.Contains(edge.Source.Port), _ports.Contains(edge.Destination.Port)) switch
        {
            (true, false) => false,
            (false, true) => true,
            _ => edge.Destination.Port <= edge.Source.Port,
        };
        return toServer
            ? new WatchedConnection(edge.Source, edge.Destination)
            : new WatchedConnection(edge.Destination, edge.Source);
    }
}
