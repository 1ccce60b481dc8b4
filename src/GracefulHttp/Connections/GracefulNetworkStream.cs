using System.Net;
using System.Net.Sockets;
using GracefulHttp.Abandonment;

namespace GracefulHttp.Connections;

/// <summary>
/// The TCP stream under a connection. Its <c>Dispose</c> returns at once and leaves the socket to the closer, which sends
/// FIN and lingers, where <see cref="NetworkStream"/> would close the socket under whatever the peer still sends.
/// </summary>
/// <remarks>A subclass, because the runtime asks <c>is NetworkStream</c> for its peer address and its idle poll.</remarks>
internal sealed class GracefulNetworkStream : NetworkStream, IUngatedOperations, ITunnelTransport
{
    // How long a blocked synchronous operation takes to notice that the stream was disposed.
    private const int PollMicroseconds = 50_000;

    private readonly ConnectionCloser _closer;
    private readonly OperationGate _gate = new();
    private readonly RequestTracker _requests = new();
    private volatile bool _underTls;
    private volatile bool _interrupted;

    public GracefulNetworkStream(Socket socket, DnsEndPoint server, ConnectionCloser closer)
        : base(socket, ownsSocket: false)
    {
        Server = server;
        _closer = closer;

        // Synchronous operations wait in slices of their own; the kernel must never block them.
        socket.Blocking = false;
    }

    /// <summary>
    /// From here on a <see cref="GracefulTlsStream"/> decides how the connection ends: its tokens end our operations, it
    /// waits for them before it disposes us, and the socket goes with its own closing.
    /// </summary>
    public void PutUnderTls() => _underTls = true;

    /// <inheritdoc cref="RequestTracker.FollowRequests"/>
    public void FollowRequests() => _requests.FollowRequests();

    /// <summary>Releases threads that are blocked in a synchronous read or write.</summary>
    public void Interrupt() => _interrupted = true;

    public DnsEndPoint Server { get; }

    public bool WriteFailed => _gate.WriteFailed;

    Socket? ITunnelTransport.TransportSocket => Socket;

    private GatedOperations Gated => new(_gate, this);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        buffer.IsEmpty && TunnelProbe.TryAnswer(this) ? new ValueTask<int>(0)
        : _underTls ? Gated.ReadWithAsync(buffer, cancellationToken)
        : _requests.Last is { IsCut: true } ? ValueTask.FromException<int>(GatedOperations.Interrupted())
        : Gated.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_underTls)
        {
            return Gated.WriteWithAsync(buffer, cancellationToken);
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
                    throw Failed("read data from", error);
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
                    throw Failed("write data to", error);
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

    void ITunnelTransport.InterruptReads()
    {
        Interrupt();
        _gate.CancelReads();
    }

    void ITunnelTransport.Abort()
    {
        if (_gate.TryClose())
        {
            Interrupt();
            _closer.Abort(Socket, Server);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <remarks>Runs inside <see cref="CancellationTokenSource.Cancel()"/> on the canceller's thread: it neither blocks nor throws.</remarks>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _gate.TryClose() && !_underTls)
        {
            Interrupt();
            if (_requests.Last is { IsAborted: true })
            {
                _closer.Abort(Socket, Server);
            }
            else
            {
                _closer.Close(new ClosingConnection(_closer, _gate, Socket) { Server = Server });
            }
        }

        // Does not own the socket, so this only marks the stream as disposed.
        base.Dispose(disposing);
    }

    /// <summary>As <see cref="NetworkStream"/> says it.</summary>
    private static IOException Failed(string what, SocketError error)
    {
        var inner = new SocketException((int)error);
        return new IOException($"Unable to {what} the transport connection: {inner.Message}.", inner);
    }

    private void WaitSync(SelectMode mode)
    {
        do
        {
            if (_interrupted)
            {
                throw GatedOperations.Interrupted();
            }
        }
        while (!Socket.Poll(PollMicroseconds, mode));
    }
}
