using System.Net.Sockets;
using System.Runtime.InteropServices;

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
    private const int SolSocket = 1;
    private const int SoReceiveBufferForce = 33;
    private const int SoMemoryInfo = 55;
    private const int MemoryInfoDrops = 8;
    private const int WantedReceiveBuffer = 64 * 1024 * 1024;
    private static readonly TimeSpan SettleTimeout = TimeSpan.FromSeconds(10);

    private readonly Socket _socket;
    private readonly MarkerConnections _markers = new();
    private readonly int[] _serverPorts;
    private readonly RecordingDetail _detail;
    private readonly Lock _gate = new();
    private readonly List<Segment> _segments = [];
    private readonly SegmentCounters _counters = new();
    private readonly Dictionary<int, MarkerSeen> _expectedMarkers = [];
    private readonly List<Waiter> _waiters = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _disposed;

    private SegmentRecorder(Socket socket, int[] serverPorts, RecordingDetail detail)
    {
        _socket = socket;
        _serverPorts = serverPorts;
        _detail = detail;
        SegmentFilter.Attach(socket, [.. serverPorts, _markers.Port], detail == RecordingDetail.EverySegment);
        EnlargeReceiveBuffer(socket);
    }

    /// <summary>RST segments from a client. One connection may send several: one per segment that arrives at its closed socket.</summary>
    public long ResetsFromClient => Read(c => c.ResetsFromClient);

    /// <summary>RST segments from a server.</summary>
    public long ResetsFromServer => Read(c => c.ResetsFromServer);

    /// <summary>Connections on which the client sent at least one RST.</summary>
    public long ConnectionsResetByClient => Read(c => c.ConnectionsResetByClient);

    /// <summary>Connections begun: client SYNs, a retransmitted one counted once.</summary>
    public long ConnectionsOpened => Read(c => c.ConnectionsOpened);

    /// <summary>Connections on which the client sent its FIN.</summary>
    public long FinsFromClient => Read(c => c.FinsFromClient);

    /// <summary>Connections on which the server sent its FIN.</summary>
    public long FinsFromServer => Read(c => c.FinsFromServer);

    /// <summary>Segments that the kernel could not hand over because the receive buffer was full. Not 0: the counts are too low.</summary>
    public long Lost
    {
        get
        {
            Span<byte> info = stackalloc byte[9 * sizeof(uint)];
            _socket.GetRawSocketOption(SolSocket, SoMemoryInfo, info);
            return MemoryMarshal.Cast<byte, uint>(info)[MemoryInfoDrops];
        }
    }

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
    public static bool IsAvailable(out string whyNot)
    {
        whyNot = "";
        if (!OperatingSystem.IsLinux())
        {
            whyNot = "recording segments needs a Linux raw socket";
            return false;
        }

        try
        {
            OpenRawSocket().Dispose();
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AccessDenied or SocketError.ProtocolNotSupported)
        {
            whyNot = $"recording segments needs a raw socket (root or CAP_NET_RAW): {e.Message}";
            return false;
        }
    }

    /// <summary>Records SYN, FIN and RST of all connections to the given ports, from now on.</summary>
    public static SegmentRecorder Start(params int[] serverPorts) => Start(RecordingDetail.Edges, serverPorts);

    /// <summary>Records the connections to the given ports, from now on.</summary>
    public static SegmentRecorder Start(RecordingDetail detail, params int[] serverPorts)
    {
        ArgumentNullException.ThrowIfNull(serverPorts);
        Socket socket = OpenRawSocket();
        try
        {
            var recorder = new SegmentRecorder(socket, [.. serverPorts], detail);
            new Thread(recorder.Receive) { IsBackground = true, Name = "segment recorder" }.Start();
            return recorder;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
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
        await UnlessEndedAsync(Task.WhenAll(seen)).WaitAsync(SettleTimeout);

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
        var waiter = new Waiter(condition);
        lock (_gate)
        {
            waiter.Evaluate(this);
            _waiters.Add(waiter);
        }

        try
        {
            await UnlessEndedAsync(waiter.Held.Task).WaitAsync(timeout ?? TimeSpan.FromSeconds(30));
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
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _socket.Dispose();
        _markers.Dispose();
        await _ended.Task;
    }

    public override string ToString() => string.Join('\n', Segments);

    private static Socket OpenRawSocket() => new(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Tcp);

    private static void EnlargeReceiveBuffer(Socket socket)
    {
        try
        {
            // Past net.core.rmem_max, which CAP_NET_ADMIN allows.
            socket.SetRawSocketOption(SolSocket, SoReceiveBufferForce, BitConverter.GetBytes(WantedReceiveBuffer));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AccessDenied)
        {
            socket.ReceiveBufferSize = WantedReceiveBuffer;
        }
    }

    private long Read(Func<SegmentCounters, long> counter)
    {
        lock (_gate)
        {
            return counter(_counters);
        }
    }

    /// <summary>A thread of its own, so that a starved thread pool delays no recording and the receive buffer stays short.</summary>
    private void Receive()
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(256, pinned: true);
        try
        {
            while (true)
            {
                int length = _socket.Receive(buffer);
                Record(buffer.AsSpan(0, length));
            }
        }
        catch (Exception e) when (_disposed && e is SocketException or ObjectDisposedException)
        {
            _ended.SetResult();
        }
        catch (Exception e)
        {
            _ended.SetException(e);
        }
    }
    private void Record(ReadOnlySpan<byte> packet)
    {
        ReadOnlySpan<int> markerPort = [_markers.Port];
        if (SegmentParser.TryParse(packet, _serverPorts, out Segment segment))
        {
            // What arrived between opening the socket and attaching the filter is unfiltered.
            bool isEdge = (segment.Flags & (TcpControlBits.Syn | TcpControlBits.Fin | TcpControlBits.Rst)) != 0;
            if (isEdge || _detail == RecordingDetail.EverySegment)
            {
                Add(segment);
            }
        }
        else if (SegmentParser.TryParse(packet, markerPort, out segment) && segment.IsFin)
        {
            lock (_gate)
            {
                if (_expectedMarkers.TryGetValue(segment.ClientPort, out MarkerSeen? marker) && marker.Fin(segment.FromClient))
                {
                    _expectedMarkers.Remove(segment.ClientPort);
                }
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

            foreach (Waiter waiter in _waiters)
            {
                waiter.Evaluate(this);
            }
        }
    }

    /// <summary>Ends with <paramref name="task"/>, or fails as soon as nothing is recorded any more.</summary>
    private async Task UnlessEndedAsync(Task task)
    {
        Task first = await Task.WhenAny(task, _ended.Task);
        await first;
        ObjectDisposedException.ThrowIf(first != task, this);
    }

    private sealed class MarkerSeen
    {
        private bool _fromClient;
        private bool _fromServer;

        public TaskCompletionSource BothFins { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Fin(bool fromClient)
        {
            _fromClient |= fromClient;
            _fromServer |= !fromClient;
            return _fromClient && _fromServer && BothFins.TrySetResult();
        }
    }

    private sealed class Waiter(Func<SegmentRecorder, bool> condition)
    {
        public TaskCompletionSource Held { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Evaluate(SegmentRecorder recorder)
        {
            try
            {
                if (!Held.Task.IsCompleted && condition(recorder))
                {
                    Held.SetResult();
                }
            }
            catch (Exception e)
            {
                // The condition is the test's, and this may be the recording thread: the failure belongs to who waits.
                Held.SetException(e);
            }
        }
    }
}
