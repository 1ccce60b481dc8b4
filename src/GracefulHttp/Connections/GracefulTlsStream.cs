using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using GracefulHttp.Abandonment;
using GracefulHttp.Diagnostics;

namespace GracefulHttp.Connections;

/// <summary>
/// The TLS stream under a connection. Its <c>Dispose</c> returns at once; the closer then waits for reads and writes to be
/// out, sends close_notify (RFC 9112 §9.8), FIN, and lingers. <see cref="SslStream"/> alone never says close_notify.
/// </summary>
/// <remarks>
/// <see cref="SslStream.ShutdownAsync"/> does not take the locks that reads and writes take: called while a record is being
/// decrypted it corrupts native memory and kills the process. Hence the gate.
/// </remarks>
internal sealed class GracefulTlsStream : DuplexStream, IUngatedOperations, ITunnelTransport
{
    private static readonly TimeSpan FinGrace = TimeSpan.FromMilliseconds(100);

    private readonly Stream _stream;
    private readonly SslStream _session;
    private readonly GracefulNetworkStream? _transport;
    private readonly ITunnelTransport? _tunnel;
    private readonly ConnectionCloser _closer;
    private readonly OperationGate _gate = new();
    private readonly RequestTracker _requests = new();
    private volatile bool _endsGracefully;

    /// <param name="stream">What is read and written: the session, or what the user's filter put on top of it.</param>
    /// <param name="session">What says close_notify.</param>
    /// <param name="closer">What takes over on <c>Dispose</c>.</param>
    /// <param name="proxiesAreOurs">Whether every connection that a tunnel may run over is one of ours.</param>
    public GracefulTlsStream(Stream stream, SslStream session, ConnectionCloser closer, bool proxiesAreOurs)
    {
        _stream = stream;
        _session = session;
        _closer = closer;
        Stream inner = InnerStream(session);
        _transport = inner as GracefulNetworkStream;
        _transport?.PutUnderTls(_requests);
        _tunnel = _transport is null && proxiesAreOurs ? Tunnel.FindTransport(inner) : null;
    }

    public override bool CanRead => _stream.CanRead;

    public override bool CanWrite => _stream.CanWrite;

    public override bool CanTimeout => _stream.CanTimeout;

    public override int ReadTimeout
    {
        get => _stream.ReadTimeout;
        set => _stream.ReadTimeout = value;
    }

    public override int WriteTimeout
    {
        get => _stream.WriteTimeout;
        set => _stream.WriteTimeout = value;
    }

    /// <summary>Whether there is a stream of the user's above or below the session: it may not give back what was cancelled.</summary>
    public bool HasUsersStream => !ReferenceEquals(_stream, _session) || (_transport is null && _tunnel is null);

    /// <summary>The connection of ours that carries the session, directly or through a tunnel.</summary>
    private ITunnelTransport? Below => _transport ?? _tunnel;

    private GatedOperations Gated => new(_gate, this);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        buffer.IsEmpty && Tunnel.TryAnswer(this) ? new ValueTask<int>(0)
        : _requests.Last is { IsCut: true } ? ValueTask.FromException<int>(GatedOperations.Interrupted())
        : Gated.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _requests.TryBegin(buffer.Span, out RequestScope? ended)
            ? RequestTracker.CompleteAsync(Gated.WriteAsync(buffer, cancellationToken), ended)
            : ValueTask.FromException(RequestTracker.Refused());

    Socket? ITunnelTransport.TransportSocket => _transport?.Socket;

    bool ITunnelTransport.WriteFailed => WriteFailed;

    private bool WriteFailed => _gate.WriteFailed || _transport is { WriteFailed: true } || _tunnel is { WriteFailed: true };

    ValueTask<int> IUngatedOperations.ReadUngatedAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        _tunnel is null ? _stream.ReadAsync(buffer, cancellationToken) : Tunnel.ReadAsync(_stream, _tunnel, buffer, cancellationToken);

    ValueTask IUngatedOperations.WriteUngatedAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken) =>
        _stream.WriteAsync(buffer, cancellationToken);

    public override int Read(Span<byte> buffer)
    {
        _gate.Enter(OperationGate.Read);
        try
        {
            return _gate.NoteRead(_stream.Read(buffer), !buffer.IsEmpty);
        }
        finally
        {
            _gate.Exit(OperationGate.Read);
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (!_requests.TryBegin(buffer, out RequestScope? ended))
        {
            throw RequestTracker.Refused();
        }

        _gate.Enter(OperationGate.Write);
        try
        {
            _stream.Write(buffer);
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

    public override void Flush() => _stream.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => _stream.FlushAsync(cancellationToken);

    /// <inheritdoc cref="RequestTracker.FollowRequests"/>
    public void FollowRequests() => _requests.FollowRequests();

    /// <summary>
    /// Says close_notify, unless the peer has already sent its FIN. The caller must have closed the gate and seen it quiesce; that
    /// no longer holds once <paramref name="closing"/> was cut.
    /// </summary>
    public async Task SendCloseNotifyAsync(ClosingConnection closing)
    {
        Socket? socket = closing.Socket ?? _tunnel?.TransportSocket;
        if (closing.IsDecided || WriteFailed)
        {
            // Half a record may be on the wire, and an alert in the middle of it would be garbage.
            return;
        }

        // A write that was cancelled may have been out already: then it has not failed, and the goodbye goes the same way.
        Below?.AllowWrites();

        if (socket is null)
        {
            // What lies below is not ours to ask. After the peer's close_notify, silence is the safe answer.
            if (!_gate.PeerEnded)
            {
                await _session.ShutdownAsync().ConfigureAwait(false);
            }

            return;
        }

        if (TcpState.PeerHasFinished(socket))
        {
            return;
        }

        // After the peer's close_notify, after an answer that was read to its end on a connection that is not kept
        // (Connection: close), and after GOAWAY (HTTP/2) the peer's FIN is on its way; a close_notify that crosses it draws an
        // RST from the peer. Nobody waits for the end of such a connection: a request that is abandoned ends one in use.
        // In use it is too where its request was cut, though nothing may be in flight then.
        bool isInUse = !_gate.WasIdle || _requests.Last is { IsCut: true };
        if ((_gate.PeerEnded || !isInUse || !_requests.AreFollowed) && await SocketDiscard.EndsSoonAsync(socket, FinGrace, _closer.TimeProvider).ConfigureAwait(false))
        {
            return;
        }

        if (!closing.IsDecided)
        {
            await _session.ShutdownAsync().ConfigureAwait(false);
        }
    }

    void ITunnelTransport.InterruptReads()
    {
        _gate.CancelReads();
        _transport?.InterruptReads();
    }

    void ITunnelTransport.InterruptWrites()
    {
        _gate.CancelWrites();
        _transport?.InterruptWrites();
    }

    void ITunnelTransport.AllowWrites()
    {
        _gate.AllowWrites();
        _transport?.AllowWrites();
    }

    void ITunnelTransport.EndGracefully() => _endsGracefully = true;

    void ITunnelTransport.Abort()
    {
        if (_gate.TryClose())
        {
            InterruptBelow();
            AbortTransport();
        }
    }

    /// <summary>Frees the TLS session. Disposes the transport too, which then leaves the socket to the closing in charge.</summary>
    public void DisposeSession()
    {
        try
        {
            _stream.Dispose();
        }
        finally
        {
            _session.Dispose();
        }
    }

    /// <remarks>Runs inside <see cref="CancellationTokenSource.Cancel()"/> on the canceller's thread: it neither blocks nor throws.</remarks>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _gate.TryClose())
        {
            InterruptBelow();
            if (!_endsGracefully && _closer.EndsUnchanged(_requests.Last))
            {
                AbortTransport();
            }
            else
            {
                _tunnel?.EndGracefully();
                _closer.Close(new ClosingConnection(_closer, _gate, this, _transport?.Socket)
                {
                    Server = _transport?.Server,
                    Links = Traces.LinksForClose(_requests.Last),
                });
            }
        }

        base.Dispose(disposing);
    }

    /// <summary>Ends what no token of ours reaches: a blocked thread, or a stream of the user's that hands no token down.</summary>
    private void InterruptBelow()
    {
        Below?.InterruptReads();
        if (_gate.WasWriting)
        {
            Below?.InterruptWrites();
        }
    }

    private void AbortTransport()
    {
        if (_transport is not null)
        {
            _closer.Abort(_transport.Socket, _transport.Server);
        }

        _tunnel?.Abort();
        DisposeSession();
    }

    // Protected, and so part of SslStream's contract.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_InnerStream")]
    private static extern Stream InnerStream(AuthenticatedStream stream);
}
