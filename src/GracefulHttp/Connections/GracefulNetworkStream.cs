using System.Net;
using System.Net.Sockets;
using GracefulHttp.Abandonment;
using GracefulHttp.Diagnostics;

namespace GracefulHttp.Connections;

/// <summary>
/// The TCP stream under a connection. Its <c>Dispose</c> returns at once and leaves the socket to the closer, which sends
/// FIN and lingers, where <see cref="NetworkStream"/> would close the socket under whatever the peer still sends.
/// </summary>
/// <remarks>A subclass, because the runtime asks <c>is NetworkStream</c> for its peer address and its idle poll.</remarks>
internal sealed class GracefulNetworkStream : NetworkStream, IUngatedOperations, ITunnelTransport
{
    // How long a blocked synchronous operation takes to notice that the stream was disposed.
    private const int SliceMilliseconds = 50;

    private readonly ConnectionCloser _closer;
    private readonly OperationGate _gate = new();
    private RequestTracker _requests = new();
    private volatile bool _underTls;
    private volatile bool _interrupted;
    private volatile bool _endsGracefully;

    public GracefulNetworkStream(Socket socket, DnsEndPoint server, ConnectionCloser closer)
        : base(socket, ownsSocket: false)
    {
        Server = server;
        _closer = closer;

        // Synchronous operations wait in slices of their own; the kernel must never block them.
        socket.Blocking = false;
    }

    /// <summary>
    /// From here on a <see cref="GracefulTlsStream"/> decides how the connection ends: its tokens end our operations (our own
    /// only where a stream of the user's between the two hands none down), it waits for them before it disposes us, and the
    /// socket goes with its own closing.
    /// </summary>
    /// <param name="requests">What the session carries: a request of it that is cut ends a read that blocks here.</param>
    public void PutUnderTls(RequestTracker requests)
    {
        _requests = requests;
        _underTls = true;
    }

    /// <inheritdoc cref="RequestTracker.FollowRequests"/>
    public void FollowRequests() => _requests.FollowRequests();

    public DnsEndPoint Server { get; }

    public bool WriteFailed => _gate.WriteFailed;

    Socket? ITunnelTransport.TransportSocket => Socket;

    private GatedOperations Gated => new(_gate, this);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        buffer.IsEmpty && Tunnel.TryAnswer(this) ? new ValueTask<int>(0)
        : _underTls && cancellationToken.CanBeCanceled ? Gated.ReadWithAsync(buffer, cancellationToken)
        : _requests.Last is { IsCut: true } ? ValueTask.FromException<int>(GatedOperations.Interrupted())
        : Gated.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_underTls)
        {
            return cancellationToken.CanBeCanceled
                ? Gated.WriteWithAsync(buffer, cancellationToken)
                : Gated.WriteAsync(buffer, cancellationToken);
        }

        return _requests.TryBegin(buffer.Span, out RequestScope? ended)
            ? RequestTracker.CompleteAsync(Gated.WriteAsync(buffer, cancellationToken), ended)
            : ValueTask.FromException(RequestTracker.Refused());
    }

    ValueTask<int> IUngatedOperations.ReadUngatedAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        base.ReadAsync(buffer, cancellationToken);

    ValueTask IUngatedOperations.WriteUngatedAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken) =>
        base.WriteAsync(buffer, cancellationToken);

    public override int Read(Span<byte> buffer)
    {
        _gate.Enter(OperationGate.Read);
        try
        {
            // Not base.Read(Span): for a subclass that comes back here through Read(byte[]).
            while (true)
            {
                WaitSync(SelectMode.SelectRead);
                int count = Socket.Receive(buffer, SocketFlags.None, out SocketError error);
                if (error == SocketError.Success)
                {
                    return _gate.NoteRead(count, !buffer.IsEmpty);
                }

                if (error != SocketError.WouldBlock)
                {
                    throw GatedOperations.FailedRead(error);
                }
            }
        }
        finally
        {
            _gate.Exit(OperationGate.Read);
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        RequestScope? ended = null;
        if (!_underTls && !_requests.TryBegin(buffer, out ended))
        {
            throw RequestTracker.Refused();
        }

        _gate.Enter(OperationGate.Write);
        try
        {
            while (!buffer.IsEmpty)
            {
                WaitSync(SelectMode.SelectWrite);
                int sent = Socket.Send(buffer, SocketFlags.None, out SocketError error);
                if (error is not (SocketError.Success or SocketError.WouldBlock))
                {
                    throw GatedOperations.FailedWrite(error);
                }

                buffer = buffer[sent..];
            }

            ended?.Complete();
        }
        catch
        {
            _gate.NoteFailedWrite();
            throw;
        }
        finally
        {
            _gate.Exit(OperationGate.Write);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public void InterruptReads()
    {
        _interrupted = true;
        _gate.CancelReads();
    }

    public void InterruptWrites()
    {
        _interrupted = true;
        _gate.CancelWrites();
    }

    public void AllowWrites() => _gate.AllowWrites();

    void ITunnelTransport.EndGracefully() => _endsGracefully = true;

    void ITunnelTransport.Abort()
    {
        if (_gate.TryClose())
        {
            _interrupted = true;
            _closer.Abort(Socket, Server);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <remarks>Runs inside <see cref="CancellationTokenSource.Cancel()"/> on the canceller's thread: it neither blocks nor throws.</remarks>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _gate.TryClose() && !_underTls)
        {
            _interrupted = true;
            if (!_endsGracefully && _closer.EndsUnchanged(_requests.Last))
            {
                _closer.Abort(Socket, Server);
            }
            else
            {
                _closer.Close(new ClosingConnection(_closer, _gate, Socket) { Server = Server, Links = Traces.LinksForClose(_requests.Last) });
            }
        }

        // Does not own the socket, so this only marks the stream as disposed.
        base.Dispose(disposing);
    }

    /// <summary>Waits in slices, so that a thread that no token reaches notices that the stream was disposed, or its request cut.</summary>
    private void WaitSync(SelectMode mode)
    {
        int waited = 0;
        while (!IsInterrupted(mode))
        {
            if (Socket.Poll(SliceMilliseconds * 1000, mode))
            {
                if (IsInterrupted(mode))
                {
                    // What has come belongs to the closing, and the buffer perhaps to somebody else by now.
                    break;
                }

                return;
            }

            // What the user has set on a socket of his own. 0 and -1: without end.
            waited += SliceMilliseconds;
            int limit = mode == SelectMode.SelectRead ? Socket.ReceiveTimeout : Socket.SendTimeout;
            if (limit > 0 && waited >= limit)
            {
                throw mode == SelectMode.SelectRead
                    ? GatedOperations.FailedRead(SocketError.TimedOut)
                    : GatedOperations.FailedWrite(SocketError.TimedOut);
            }
        }

        throw mode == SelectMode.SelectRead ? GatedOperations.Interrupted() : GatedOperations.InterruptedWrite();
    }

    private bool IsInterrupted(SelectMode mode) => _interrupted || (mode == SelectMode.SelectRead && _requests.Last is { IsCut: true });
}
