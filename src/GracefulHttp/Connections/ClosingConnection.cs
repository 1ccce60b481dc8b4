using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using GracefulHttp.Background;

namespace GracefulHttp.Connections;

/// <summary>
/// One connection on its way out: quiesce, close_notify, FIN, discard until the peer's FIN, dispose. The only place that
/// decides between FIN and RST.
/// </summary>
/// <remarks>It keeps no thread, no timer and no buffer while it lingers; <see cref="LingerBudget"/> cuts it when its time is up.</remarks>
internal sealed class ClosingConnection : BackgroundJob
{
    // For streams of the user's only: what is cancelled is back within microseconds, on a busy machine perhaps not, unless it
    // ignores that.
    private static readonly TimeSpan QuiesceGrace = TimeSpan.FromSeconds(1);

    private readonly ConnectionCloser _closer;
    private Task? _connecting;
    private OperationGate? _gate;
    private GracefulTlsStream? _tls;
    private Socket? _socket;
    private int _outcome;

    /// <summary>A connection attempt that nobody waits for any more, with its SYN on the wire.</summary>
    public ClosingConnection(ConnectionCloser closer, Task connecting, Socket socket)
    {
        _closer = closer;
        _connecting = connecting;
        _socket = socket;
    }

    /// <summary>A TCP connection.</summary>
    public ClosingConnection(ConnectionCloser closer, OperationGate gate, Socket socket)
    {
        _closer = closer;
        _gate = gate;
        _socket = socket;
    }

    /// <summary>A TLS session over a socket of ours, or over a stream that ends itself (<paramref name="socket"/> is null).</summary>
    public ClosingConnection(ConnectionCloser closer, OperationGate gate, GracefulTlsStream tls, Socket? socket)
    {
        _closer = closer;
        _gate = gate;
        _tls = tls;
        _socket = socket;
    }

    /// <summary>The socket, where it is ours.</summary>
    public Socket? Socket => Volatile.Read(ref _socket);

    /// <summary>Whether its end is decided, perhaps before its reads and writes were out.</summary>
    public bool IsDecided => Volatile.Read(ref _outcome) != (int)CloseOutcome.None;

    // Links of the budget's queue, guarded by its lock.
    internal ClosingConnection? Older { get; set; }

    internal ClosingConnection? Newer { get; set; }

    internal bool IsQueued { get; set; }

    internal long StartedAt { get; set; }

    internal bool IsCounted { get; set; }

    internal Activity? Activity { get; set; }

    /// <summary>What its activity is linked to; null where it has none.</summary>
    public ActivityLink[]? Links { get; init; }

    /// <summary>Where the connection went, for logs and metrics.</summary>
    public DnsEndPoint? Server { get; init; }

    public long Discarded { get; private set; }

    /// <summary>Whether it is an attempt that has not led to a connection yet: cutting it costs nobody a peaceful end.</summary>
    public bool IsConnecting => _connecting is { IsCompleted: false };

    /// <summary>Ends the connection without waiting any longer. May be called at any time, from any thread.</summary>
    public void Cut(CloseOutcome reason)
    {
        if (Socket is null)
        {
            TryDecide(reason);
            if (_tls is { } tls)
            {
                // Streams of the user's are in it, and this may be somebody's Cancel().
                _closer.Dispose(tls);
            }

            _gate?.StopWaiting();
            return;
        }

        try
        {
            if (_connecting is not null)
            {
                reason = CloseOutcome.NotConnected;
            }
            else if (reason == CloseOutcome.LingerRefused && TcpState.PeerHasFinished(Socket))
            {
                // The peer is gone already: there is nothing to wait for, and our FIN ends in peace.
                reason = CloseOutcome.Closed;
            }
            else if (reason == CloseOutcome.LingerTimeout && TcpState.FinIsUndelivered(Socket))
            {
                reason = CloseOutcome.SendStuck;
            }

            if (!TryDecide(reason))
            {
                return;
            }

            if (reason is CloseOutcome.LingerRefused or CloseOutcome.SendStuck)
            {
                // A FIN behind a full send queue is never delivered; only RST frees the port.
                ResetOnDispose(Socket);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It ended by itself in the meantime.
        }

        Socket.Dispose();
        _gate?.StopWaiting();
    }

    protected override async Task RunAsync()
    {
        try
        {
            _closer.Began(this);
            if (_connecting is not null)
            {
                await _connecting.ConfigureAwait(false);
            }

            bool quiesced = _gate is null || await QuiesceAsync(_gate).ConfigureAwait(false);
            if (_tls is not null)
            {
                await TlsEnding.EndAsync(_tls, this, quiesced, _closer).ConfigureAwait(false);
            }

            // What lingers next shall hold no more than the socket.
            _connecting = null;
            _tls = null;
            _gate = null;

            if (Socket is not null)
            {
                Socket.Shutdown(SocketShutdown.Send);
                bool isLean = !quiesced;
                CloseOutcome outcome;
                while (!TryEndLinger(Socket, out outcome))
                {
                    if (!isLean)
                    {
                        Renew(Socket);
                        isLean = true;
                    }

                    await SocketDiscard.WaitAsync(Socket, CancellationToken.None).ConfigureAwait(false);
                }

                TryDecide(outcome);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Undecided means that nobody cut it: the peer's RST or a dead network.
            TryDecide(_connecting is null ? CloseOutcome.PeerReset : CloseOutcome.NotConnected);
        }
        finally
        {
            // Undecided only where something failed that should not have: it is reported, and counted as what it is.
            TryDecide(CloseOutcome.Aborted);
            Socket?.Dispose();
            _closer.Ended(this, Socket is null ? CloseOutcome.None : (CloseOutcome)_outcome);
        }
    }

    /// <summary>
    /// False where a read or a write did not come back though it was cancelled: in a stream of the user's that hands no token
    /// down. Its caller waits for it, and so is not kept waiting for close_notify.
    /// </summary>
    private async ValueTask<bool> QuiesceAsync(OperationGate gate)
    {
        if (_tls is not { HasUsersStream: true })
        {
            // Ours come back, however long a blocked thread or the thread pool takes on a busy machine; giving up on them would
            // cost the close_notify.
            await gate.Quiesced.ConfigureAwait(false);
            return true;
        }

        try
        {
            await gate.Quiesced.WaitAsync(QuiesceGrace, _closer.TimeProvider).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Lets go of everything that reads and writes have left in the socket.</summary>
    private void Renew(Socket used)
    {
        if (SocketRenewal.TryRenew(used) is not { } renewed)
        {
            return;
        }

        // A cut decides and then disposes the socket it sees. Whoever comes second here sees the other.
        Interlocked.Exchange(ref _socket, renewed);
        used.Dispose();
        if (IsDecided)
        {
            renewed.Dispose();
        }
    }

    /// <summary>Drops what has come, and tells whether that was the last of it.</summary>
    private bool TryEndLinger(Socket socket, out CloseOutcome outcome)
    {
        outcome = CloseOutcome.Closed;
        if (!SocketDiscard.TryNext(socket, out int count))
        {
            return false;
        }

        Discarded += count;
        if (Discarded <= _closer.Options.MaxLingerSize)
        {
            return count == 0;
        }

        // This peer is not listening.
        ResetOnDispose(socket);
        outcome = CloseOutcome.LingerSize;
        return true;
    }

    private static void ResetOnDispose(Socket socket) => socket.LingerState = new LingerOption(enable: true, seconds: 0);

    private bool TryDecide(CloseOutcome outcome) =>
        Interlocked.CompareExchange(ref _outcome, (int)outcome, (int)CloseOutcome.None) == (int)CloseOutcome.None;
}
