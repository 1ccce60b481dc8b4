namespace GracefulHttp.TestKit.Wire;

/// <summary>
/// Sees every SYN, FIN and RST between loopback clients and the given server ports, with its direction. It needs Linux and
/// the right to open raw sockets (root, or CAP_NET_RAW).
/// </summary>
/// <remarks>
/// A raw socket gets a copy of each segment that is delivered to this network namespace, before TCP itself sees it: once per
/// segment on loopback, retransmissions included. What a peer has observed is therefore already recorded; for what is still
/// on its way call <see cref="SettleAsync"/>. IPv4 only.
/// </remarks>
public sealed class SegmentRecorder : IAsyncDisposable
{
    private readonly SegmentSocket _socket;
    private readonly MarkerConnections _markers = new();
    private readonly int[] _serverPorts;
    private readonly RecordingDetail _detail;
    private readonly Lock _gate = new();
    private readonly List<Segment> _segments = [];
    private readonly SegmentCounters _counters = new();
    private readonly Dictionary<int, MarkerSeen> _expectedMarkers = [];
    private readonly List<SegmentWaiter> _waiters = [];

    private SegmentRecorder(int[] serverPorts, RecordingDetail detail)
    {
        _serverPorts = serverPorts;
        _detail = detail;
        _socket = SegmentSocket.OfPorts([.. serverPorts, _markers.Port], detail == RecordingDetail.EverySegment);
    }

    /// <summary>RST segments from a client. One connection may send several: one per segment that arrives at its closed socket.</summary>
    public long ResetsFromClient => Read(c => c.ResetsFromClient);

    /// <summary>RST segments from a server.</summary>
    public long ResetsFromServer => Read(c => c.ResetsFromServer);

    /// <summary>Connections on which the client sent at least one RST.</summary>
    public long ConnectionsResetByClient => Read(c => c.ConnectionsResetByClient);

    /// <summary>
    /// Those of them that had ended: the server had reset them, or the client's FIN had acknowledged the server's. The client's socket is gone
    /// then, in the second case without a TIME_WAIT as soon as that FIN is acknowledged too, and what comes after (two processors may swap two
    /// segments) draws an RST from the kernel. So does a SYN on a port that was used before, where the server's end of the old connection is
    /// in TIME_WAIT and answers it with the old numbers (RFC 9293, §3.5.1): an RST between SYN and SYN ACK. An RST by which a process throws
    /// a connection away has an ACK, which these have not.
    /// </summary>
    public long ConnectionsResetAfterTheirEnd => Read(c => c.ConnectionsResetAfterTheirEnd);

    /// <summary>Connections whose client sent its FIN first and no RST, when the server's FIN came: its port is then in TIME_WAIT.</summary>
    public long ConnectionsEndedByClient => Read(c => c.ConnectionsEndedByClient);

    /// <summary>Connections begun: client SYNs, a retransmitted one counted once.</summary>
    public long ConnectionsOpened => Read(c => c.ConnectionsOpened);

    /// <summary>Connections on which the client sent its FIN.</summary>
    public long FinsFromClient => Read(c => c.FinsFromClient);

    /// <summary>Connections on which the server sent its FIN.</summary>
    public long FinsFromServer => Read(c => c.FinsFromServer);

    /// <summary>Segments that the kernel could not hand over because the receive buffer was full. Not 0: the counts are too low.</summary>
    public long Lost => _socket.Lost;

    /// <summary>What has been recorded so far, in order of arrival. Empty with <see cref="RecordingDetail.CountersOnly"/>.</summary>
    public IReadOnlyList<Segment> Segments
    {
        get
        {
            lock (_gate)
            {
                return [.. _segments];
            }
        }
    }

    /// <summary>Whether this process may record, and if not, why.</summary>
    public static bool IsAvailable(out string whyNot) => SegmentSocket.MaySeePorts(out whyNot);

    /// <summary>Records SYN, FIN and RST of all connections to the given ports, from now on.</summary>
    public static SegmentRecorder Start(params int[] serverPorts) => Start(RecordingDetail.Edges, serverPorts);

    /// <summary>Records the connections to the given ports, from now on.</summary>
    public static SegmentRecorder Start(RecordingDetail detail, params int[] serverPorts)
    {
        ArgumentNullException.ThrowIfNull(serverPorts);
        var recorder = new SegmentRecorder([.. serverPorts], detail);
        recorder._socket.Start(recorder.Record);
        return recorder;
    }

    /// <summary>The recorded segments of the connections from one client port.</summary>
    public IReadOnlyList<Segment> Flow(int clientPort)
    {
        lock (_gate)
        {
            return _segments.FindAll(s => s.ClientPort == clientPort);
        }
    }

    /// <summary>
    /// Completes when every segment sent before the call has been recorded, and what the kernel answers to it at once.
    /// </summary>
    /// <exception cref="InvalidOperationException">Segments were lost, so no count can be trusted.</exception>
    public async Task SettleAsync()
    {
        var seen = new List<Task>();
        await _markers.SendAsync(clientPort =>
        {
            var marker = new MarkerSeen();
            lock (_gate)
            {
                _expectedMarkers[clientPort] = marker;
            }

            seen.Add(marker.BothFins.Task);
        });
        await UnlessEndedAsync(Task.WhenAll(seen), Deadline.Default);

        long lost = Lost;
        if (lost != 0)
        {
            throw new InvalidOperationException($"{lost} segments were lost: the receive buffer of the recorder was full.");
        }
    }

    /// <summary>Completes when <paramref name="condition"/> holds. It is evaluated now and after each recorded segment.</summary>
    /// <exception cref="TimeoutException">It did not hold in time; the message lists what was recorded.</exception>
    public async Task WaitForAsync(Func<SegmentRecorder, bool> condition, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var waiter = new SegmentWaiter(condition);
        lock (_gate)
        {
            waiter.Evaluate(this);
            _waiters.Add(waiter);
        }

        try
        {
            await UnlessEndedAsync(waiter.Held.Task, timeout ?? Deadline.Default);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"The awaited segments did not come. Recorded:\n{this}");
        }
        finally
        {
            lock (_gate)
            {
                _waiters.Remove(waiter);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _markers.Dispose();
        await _socket.DisposeAsync();
    }

    public override string ToString() => string.Join('\n', Segments);

    private long Read(Func<SegmentCounters, long> counter)
    {
        lock (_gate)
        {
            return counter(_counters);
        }
    }

    private void Record(ReadOnlySpan<byte> packet)
    {
        // Markers first: their client ports are chosen by the system, which may hand out that of a server that is gone.
        ReadOnlySpan<int> markerPort = [_markers.Port];
        if (SegmentParser.TryParse(packet, markerPort, out Segment segment))
        {
            AddMarker(segment);
        }
        else if (SegmentParser.TryParse(packet, _serverPorts, out segment))
        {
            // What arrived between opening the socket and attaching the filter is unfiltered.
            bool isEdge = (segment.Flags & (TcpControlBits.Syn | TcpControlBits.Fin | TcpControlBits.Rst)) != 0;
            if (isEdge || _detail == RecordingDetail.EverySegment)
            {
                Add(segment);
            }
        }
    }

    private void AddMarker(in Segment segment)
    {
        lock (_gate)
        {
            if (segment.IsFin
                && _expectedMarkers.TryGetValue(segment.ClientPort, out MarkerSeen? marker)
                && marker.Fin(segment.FromClient))
            {
                _expectedMarkers.Remove(segment.ClientPort);
            }
        }
    }

    private void Add(in Segment segment)
    {
        lock (_gate)
        {
            _counters.Add(segment);
            if (_detail != RecordingDetail.CountersOnly)
            {
                _segments.Add(segment);
            }

            foreach (SegmentWaiter waiter in _waiters)
            {
                waiter.Evaluate(this);
            }
        }
    }

    /// <summary>Ends with <paramref name="task"/>, or fails as soon as nothing is recorded any more.</summary>
    private async Task UnlessEndedAsync(Task task, TimeSpan timeout)
    {
        Task first = await Task.WhenAny(task, _socket.Ended).WaitAsync(timeout);
        await first;
        ObjectDisposedException.ThrowIf(first != task, this);
    }
}
