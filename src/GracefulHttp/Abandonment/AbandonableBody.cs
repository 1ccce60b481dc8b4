using System.Buffers;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace GracefulHttp.Abandonment;

/// <summary>
/// A body between its response headers and its end. A read whose token can fire goes into a buffer of ours and is copied:
/// so the caller can leave at any moment, and never finds its own buffer written to afterwards.
/// </summary>
/// <remarks>One operation at a time, as with any response stream; <see cref="Leave"/> may come at any time from anywhere.</remarks>
internal sealed class AbandonableBody : IValueTaskSource<int>
{
    // As large as the runtime's own copy buffers get; more would only sit in the pool.
    private const int LargestBuffer = 64 * 1024;

    // What has arrived already is taken inside Leave, as the runtime does on Dispose: so that the connection is free for the
    // very next request. A few reads, for the end of a chunked body is a read of its own.
    private const int ReadsOnLeave = 4;

    private readonly GracefulRequest _request;
    private readonly ReceivedBody _body;
    private ManualResetValueTaskSourceCore<int> _core;
    private int _state = (int)State.Idle;

    // The read that waits.
    private ConfiguredValueTaskAwaitable<int>.ConfiguredValueTaskAwaiter _read;
    private Action? _onRead;
    private byte[]? _buffer;
    private Memory<byte> _callerBuffer;
    private bool _asksForData;
    private bool _hold;
    private CancellationToken _callerToken;
    private CancellationTokenRegistration _registration;
    private TaskCompletionSource<int>? _detached;

    private enum State
    {
        /// <summary>No operation.</summary>
        Idle,

        /// <summary>A read straight into the caller's buffer.</summary>
        Direct,

        /// <summary>A read into our buffer, which waits: the one state in which it can be detached.</summary>
        Waiting,

        /// <summary>A read that has ended, and whose bytes are being handed over.</summary>
        Held,

        /// <summary>The caller has left during <see cref="Direct"/> or <see cref="Held"/>; whoever ends that ends the rest.</summary>
        BusyAndLeft,

        /// <summary>At its end, or a background job's.</summary>
        Gone,
    }

    public AbandonableBody(GracefulRequest request, ReceivedBody body)
    {
        _request = request;
        _body = body;
    }

    /// <summary>Whether the caller has left.</summary>
    public bool IsLeft => (State)Volatile.Read(ref _state) is State.Gone or State.BusyAndLeft;

    /// <summary>Reads into the caller's buffer. Such a read cannot be left, only ended with its connection.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadDirectAsync(Memory<byte> buffer)
    {
        Enter(State.Direct);
        try
        {
            return _body.Note(await _body.ReadAsync(buffer, _request.Inner.Token).ConfigureAwait(false), !buffer.IsEmpty);
        }
        catch (OperationCanceledException) when (IsLeft)
        {
            throw Disposed();
        }
        finally
        {
            Exit(State.Direct);
        }
    }

    /// <summary>The same, on the caller's thread.</summary>
    public int ReadDirect(Span<byte> buffer)
    {
        Enter(State.Direct);
        try
        {
            return _body.Read(buffer);
        }
        finally
        {
            Exit(State.Direct);
        }
    }

    /// <summary>Reads through our buffer into the caller's.</summary>
    /// <exception cref="TaskCanceledException">The caller has left; it carries its token.</exception>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        StartReadAsync(buffer, Math.Min(buffer.Length, LargestBuffer), hold: false, cancellationToken);

    /// <summary>Copies what is left. It can be abandoned while it waits for the body, not while it writes: our buffer is the destination's then.</summary>
    /// <exception cref="TaskCanceledException">The caller has left; it carries its token.</exception>
    public async Task CopyToAsync(Stream destination, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int count = await StartReadAsync(default, LargestBuffer, hold: true, cancellationToken).ConfigureAwait(false);
                try
                {
                    if (count == 0)
                    {
                        return;
                    }

                    await destination.WriteAsync(_buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                }
                finally
                {
                    Exit(State.Held);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Fired between two reads, or while the destination was written to.
            Leave();
            throw;
        }
    }

    /// <summary>
    /// The caller is done, at the end of the body or before. Neither waits nor throws; what is left is a background job's.
    /// </summary>
    public void Leave()
    {
        while (true)
        {
            switch ((State)Volatile.Read(ref _state))
            {
                case State.Gone or State.BusyAndLeft:
                    return;

                case State.Idle when TryMove(State.Idle, State.Gone):
                    LeaveIdle();
                    return;

                case State.Waiting when TryDetach(Disposed()):
                    _registration.Unregister();
                    return;

                case State.Held when TryMove(State.Held, State.BusyAndLeft):
                    return;

                case State.Direct when TryMove(State.Direct, State.BusyAndLeft):
                    _request.Inner.Cancel();
                    return;
            }
        }
    }

    int IValueTaskSource<int>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private static ObjectDisposedException Disposed() => new(nameof(Stream));

    private ValueTask<int> StartReadAsync(Memory<byte> callerBuffer, int size, bool hold, CancellationToken cancellationToken)
    {
        Enter(State.Waiting);
        try
        {
            if (_buffer is null || _buffer.Length < size)
            {
                ReturnBuffer();
                _buffer = ArrayPool<byte>.Shared.Rent(size);
            }

            _read = _body.ReadAsync(_buffer.AsMemory(0, size), _request.Inner.Token).ConfigureAwait(false).GetAwaiter();
        }
        catch
        {
            TryMove(State.Waiting, State.Idle);
            throw;
        }

        _callerBuffer = callerBuffer;
        _asksForData = size != 0;
        _hold = hold;
        _callerToken = cancellationToken;
        _core.Reset();
        _core.RunContinuationsAsynchronously = false;
        short version = _core.Version;
        if (_read.IsCompleted)
        {
            OnRead();
        }
        else
        {
            // First the token, so that OnRead finds a registration to take back.
            _registration = cancellationToken.UnsafeRegister(static state => ((AbandonableBody)state!).OnCanceled(), this);
            _read.UnsafeOnCompleted(_onRead ??= OnRead);
        }

        return new ValueTask<int>(this, version);
    }

    private void OnRead()
    {
        if (!TryMove(State.Waiting, State.Held))
        {
            CompleteDetached();
            return;
        }

        // Waits for a callback that runs just now: a late one must not hit the next read.
        _registration.Dispose();
        _registration = default;
        int count;
        try
        {
            count = _body.Note(_read.GetResult(), _asksForData);
            _buffer.AsSpan(0, _hold ? 0 : count).CopyTo(_callerBuffer.Span);
        }
        catch (Exception e)
        {
            Exit(State.Held);
            _core.SetException(e);
            return;
        }

        _callerBuffer = default;
        if (_body.HasEnded)
        {
            ReturnBuffer();
        }

        if (!_hold)
        {
            Exit(State.Held);
        }

        _core.SetResult(count);
    }

    private void OnCanceled() => TryDetach(new TaskCanceledException(null, null, _callerToken));

    /// <summary>Ends the caller's read with <paramref name="exception"/>; the inner read goes on with our buffer.</summary>
    private bool TryDetach(Exception exception)
    {
        // Before the move: the inner read, when it ends, looks for it.
        Interlocked.CompareExchange(ref _detached, new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously), null);
        if (!TryMove(State.Waiting, State.Gone))
        {
            return false;
        }

        _callerBuffer = default;
        _body.Detach(_detached.Task, _asksForData);
        Abandon();

        // The caller's code goes on on the thread pool, not inside Cancel() or Dispose().
        _core.RunContinuationsAsynchronously = true;
        _core.SetException(exception);
        return true;
    }

    private void CompleteDetached()
    {
        try
        {
            _detached!.SetResult(_read.GetResult());
        }
        catch (Exception e)
        {
            _detached!.SetException(e);
        }
    }

    private void LeaveIdle()
    {
        _buffer ??= ArrayPool<byte>.Shared.Rent(LargestBuffer);
        for (int i = 0; i < ReadsOnLeave && !_body.HasEnded; i++)
        {
            ValueTask<int> read;
            try
            {
                read = _body.ReadAsync(_buffer, _request.Inner.Token);
            }
            catch (Exception e)
            {
                read = ValueTask.FromException<int>(e);
            }

            if (!read.IsCompletedSuccessfully)
            {
                // It keeps our buffer, which is lost to the pool.
                _body.Detach(read.AsTask(), askedForData: true);
                Abandon();
                return;
            }

            _body.Note(read.Result, askedForData: true);
        }

        ReturnBuffer();
        if (_body.HasEnded)
        {
            _body.Dispose();
        }
        else
        {
            Abandon();
        }
    }

    private void Abandon()
    {
        _request.Scope.Abandon();
        _request.Drainer.Take(AbandonedRequest.ReadingBody(_request, _body));
    }

    private void Enter(State state)
    {
        if (TryMove(State.Idle, state))
        {
            return;
        }

        ObjectDisposedException.ThrowIf(IsLeft, typeof(Stream));
        throw new InvalidOperationException("The response is being read already; one read at a time.");
    }

    private void Exit(State state)
    {
        if (!TryMove(state, State.Idle))
        {
            Volatile.Write(ref _state, (int)State.Gone);
            LeaveIdle();
        }
    }

    private bool TryMove(State from, State to) =>
        Interlocked.CompareExchange(ref _state, (int)to, (int)from) == (int)from;

    private void ReturnBuffer()
    {
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
        }
    }
}
