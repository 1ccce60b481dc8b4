namespace GracefulHttp.TestKit.Wire;

/// <summary>Counts of one recording. Not thread-safe: the recorder owns the lock.</summary>
internal sealed class SegmentCounters
{
    // By server and client port. Bounded by the port space, so a recording may go on for as long as it likes.
    private readonly Dictionary<(int ServerPort, int ClientPort), Connection> _connections = [];

    public long ConnectionsOpened { get; private set; }

    public long FinsFromClient { get; private set; }

    public long FinsFromServer { get; private set; }

    public long ResetsFromClient { get; private set; }

    public long ResetsFromServer { get; private set; }

    public long ConnectionsResetByClient { get; private set; }

    public long ConnectionsResetAfterTheirEnd { get; private set; }

    public long ConnectionsEndedByClient { get; private set; }

    public void Add(in Segment segment)
    {
        (int, int) key = (segment.ServerPort, segment.ClientPort);
        _connections.TryGetValue(key, out Connection connection);

        if (segment.FromClient && segment.IsOpening)
        {
            // The same number again is a retransmission (a full accept queue), another one a new connection on the port.
            if (connection.InitialSequence != segment.Sequence)
            {
                ConnectionsOpened++;
                connection = new Connection { InitialSequence = segment.Sequence };
            }
        }

        if (segment.FromClient)
        {
            ResetsFromClient += segment.IsReset ? 1 : 0;
            ConnectionsResetByClient += segment.IsReset && !connection.ClientReset ? 1 : 0;
            bool hasEnded = connection is { ClientFinWasLast: true } or { ServerReset: true } or { ServerOpened: false };
            ConnectionsResetAfterTheirEnd += segment.Flags == TcpControlBits.Rst && hasEnded && !connection.ClientReset ? 1 : 0;
            FinsFromClient += segment.IsFin && !connection.ClientFin ? 1 : 0;
            connection.ClientReset |= segment.IsReset;
            connection.ClientFin |= segment.IsFin;
            connection.ClientFinWasLast |= segment.IsFin && connection.LastServerFin is { } fin && segment.Acknowledges(fin);
        }
        else
        {
            ResetsFromServer += segment.IsReset ? 1 : 0;
            connection.ServerReset |= segment.IsReset;
            connection.ServerOpened |= segment.Flags.HasFlag(TcpControlBits.Syn);
            FinsFromServer += segment.IsFin && !connection.ServerFin ? 1 : 0;
            ConnectionsEndedByClient += segment.IsFin && connection is { ServerFin: false, ClientFin: true, ClientReset: false } ? 1 : 0;
            connection.ServerFin |= segment.IsFin;
            connection.LastServerFin = segment.IsFin ? segment : connection.LastServerFin;
        }

        _connections[key] = connection;
    }

    private struct Connection
    {
        public uint? InitialSequence;
        public bool ClientFin;
        public bool ServerFin;
        public Segment? LastServerFin;
        public bool ClientFinWasLast;
        public bool ClientReset;
        public bool ServerReset;
        public bool ServerOpened;
    }
}
