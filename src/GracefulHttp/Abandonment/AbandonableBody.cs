using System.Buffers;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using GracefulHttp.Connections;

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

    // The read into our buffer.
    private ConfiguredValueTaskAwaitable<int>.ConfiguredValueTaskAwaiter _read;
    private Action? _onRead;
    private byte[]? _buffer;
    private Memory<byte> _callerBuffer;
    private bool _asksForData;
    private bool _hold;
    private CancellationTokenRegistration _registration;
    private TaskCompletionSource<int>? _detached;
    private bool _wasCancelled;

    public AbandonableBody(GracefulRequest request, ReceivedBody body)
    {
        _request = request;
        _body = body;
    }

    private enum State
    {
        /// <summary>No operation.</summary>
        Idle,

        /// <summary>A read straight into the caller's buffer.</summary>
        Direct,

        /// <summary>The same on the caller's thread.</summary>
        Blocking,

        /// <summary>A read into our buffer, before its caller can be told of it.</summary>
        Starting,

        /// <summary>A read into our buffer, which waits: the one state in which it can be detached.</summary>
        Waiting,

        /// <summary>A read into our buffer that has ended, and whose bytes are being handed over.</summary>
        Held,

        /// <summary>The caller has left in the middle of an operation; whoever ends that ends the rest.</summary>
        BusyAndLeft,

        /// <summary>At its end, or a background job's.</summary>
        Gone,
    }

    /// <summary>Whether the caller has left.</summary>
    public bool IsLeft => (State)Volatile.Read(ref _state) is State.Gone or State.BusyAndLeft;

    /// <summary>Reads into the caller's buffer. Such a read cannot be left, only ended with its connection.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadDirectAsync(Memory<byte> buffer)
    {
        if (!TryEnter(State.Direct))
        {
            return 0;
        }

        try
        {
            return _body.Note(await _body.ReadAsync(buffer, _request.Inner.Token).ConfigureAwait(false), !buffer.IsEmpty);
        }
        catch (OperationCanceledException) when (IsLeft)
        {
            throw GatedOperations.Interrupted();
        }
        catch
        {
            _body.NoteFailure();
            throw;
        }
        finally
        {
            Exit(State.Direct);
        }
    }

    /// <summary>The same, on the caller's thread.</summary>
    public int ReadBlocking(Span<byte> buffer)
    {
        if (!TryEnter(State.Blocking))
        {
            return 0;
        }

        try
        {
            return _body.Read(buffer);
        }
        catch
        {
            _body.NoteFailure();
            throw;
        }
        finally
        {
            Exit(State.Blocking);
        }
    }

    /// <summary>Reads through our buffer into the caller's.</summary>
    /// <exception cref="TaskCanceledException">The caller has left; it carries its token.</exception>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        StartReadAsync(buffer, Math.Min(buffer.Length, LargestBuffer), hold: false, cancellationToken);

    /// <summary>Copies what is left. It can be abandoned while it waits for the body, not while it writes: our buffer is the destination's then.</summary>
    /// <exception cref="TaskCanceledException">The caller has left; it carries its token.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask CopyToAsync(Stream destination, CancellationToken cancellationToken)
    {
        // As with a read, a token that has fired before anything began abandons nothing.
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            while (true)
            {
                int count = await StartReadAsync(default, LargestBuffer, hold: true, cancellationToken).ConfigureAwait(false);
                if (count == 0)
                {
                    return;
                }

                try
                {
                    await destination.WriteAsync(_buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                }
                finally
                {
                    Exit(State.Held);
                }

                cancellationToken.ThrowIfCancellationRequested();
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
            State state = (State)Volatile.Read(ref _state);
            switch (state)
            {
                case State.Gone or State.BusyAndLeft:
                    return;

                case State.Idle when TryMove(State.Idle, State.Gone):
                    LeaveIdle();
                    return;

                case State.Waiting when TryDetach(GatedOperations.Interrupted()):
                    _registration.Unregister();
                    return;

                case State.Starting or State.Held when TryMove(state, State.BusyAndLeft):
                    return;

                case State.Direct when TryMove(State.Direct, State.BusyAndLeft):
                    _request.Abandon();
                    _request.HandDown();
                    return;

                case State.Blocking when TryMove(State.Blocking, State.BusyAndLeft):
                    // No token reaches a blocked read; disposing its stream does, as it does without us.
                    _request.Abandon();
                    _body.NoteFailure();
                    _body.Dispose();
                    return;
            }
        }
    }

    int IValueTaskSource<int>.GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            if (IsLeft)
            {
                // The inner read may go on for long, and knows us: nothing of the caller's stays here.
                _core.Reset();
                _registration = default;
            }
        }
    }

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private ValueTask<int> StartReadAsync(Memory<byte> callerBuffer, int size, bool hold, CancellationToken cancellationToken)
    {
        if (!TryEnter(State.Starting))
        {
            return new ValueTask<int>(0);
        }

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
            _body.NoteFailure();
            Exit(State.Starting);
            throw;
        }

        _callerBuffer = callerBuffer;
        _asksForData = size != 0;
        _hold = hold;
        _core.Reset();
        _core.RunContinuationsAsynchronously = false;
        short version = _core.Version;
        if (_read.IsCompleted)
        {
            // Where the caller has left meanwhile, what was read is handed over all the same, and Exit does the rest.
            TryMove(State.Starting, State.Held);
            HandOver();
        }
        else if (!TryMove(State.Starting, State.Waiting))
        {
            Volatile.Write(ref _state, (int)State.Gone);
            Detach(GatedOperations.Interrupted());
            _read.UnsafeOnCompleted(OnRead);
        }
        else
        {
            // First the token, so that OnRead finds a registration to take back.
            _registration = cancellationToken.UnsafeRegister(
                static (state, token) => ((AbandonableBody)state!).OnCanceled(token), this);
            if (IsLeft)
            {
                _registration.Unregister();
            }

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
        HandOver();
    }

    private void HandOver()
    {
        int count;
        try
        {
            count = _body.Note(_read.GetResult(), _asksForData);
            _buffer.AsSpan(0, _hold ? 0 : count).CopyTo(_callerBuffer.Span);
        }
        catch (Exception e)
        {
            _body.NoteFailure();
            Exit(State.Held);
            _core.SetException(e);
            return;
        }

        _callerBuffer = default;
        if (_body.HasEnded)
        {
            ReturnBuffer();
        }

        if (!_hold || count == 0)
        {
            Exit(State.Held);
        }

        _core.SetResult(count);
    }

    private void OnCanceled(CancellationToken token)
    {
        _wasCancelled = true;
        TryDetach(new TaskCanceledException(GracefulRequest.CanceledMessage, null, token));
    }

    /// <summary>Ends the caller's read with <paramref name="exception"/>; the inner read goes on with our buffer.</summary>
    private bool TryDetach(Exception exception)
    {
        // Before the move: the inner read, when it ends, looks for it.
        EnsureDetached();
        if (!TryMove(State.Waiting, State.Gone))
        {
            return false;
        }

        Detach(exception);
        return true;
    }

    private TaskCompletionSource<int> EnsureDetached()
    {
        Interlocked.CompareExchange(ref _detached, new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously), null);
        return _detached;
    }

    private void Detach(Exception exception)
    {
        _callerBuffer = default;
        _body.Detach(EnsureDetached().Task, _asksForData);
        StartJob();

        // The caller's code goes on on the thread pool, not inside Cancel() or Dispose().
        _core.RunContinuationsAsynchronously = true;
        _core.SetException(exception);
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
        for (int i = 0; i < ReadsOnLeave && !_body.IsOver; i++)
        {
            if (_buffer is not { Length: > 0 })
            {
                _buffer = ArrayPool<byte>.Shared.Rent(LargestBuffer);
            }

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
                StartJob();
                return;
            }

            _body.Note(read.Result, askedForData: true);
        }

        ReturnBuffer();
        if (_body.IsOver)
        {
            _body.Dispose();
        }
        else
        {
            StartJob();
        }
    }

    private void StartJob()
    {
        _request.Abandon();
        _request.Drainer.Take(AbandonedRequest.ReadingBody(_request, _body));
    }

    /// <summary>False where the caller has disposed the body: it reads nothing more, as without us.</summary>
    private bool TryEnter(State state)
    {
        if (TryMove(State.Idle, state))
        {
            return true;
        }

        if (!IsLeft)
        {
            throw new InvalidOperationException("The response is being read already; one read at a time.");
        }

        return _wasCancelled ? throw GatedOperations.Interrupted() : false;
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
