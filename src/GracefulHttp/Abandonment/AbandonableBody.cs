using System.Buffers;
using System.Runtime.CompilerServices;
using GracefulHttp.Connections;

namespace GracefulHttp.Abandonment;

/// <summary>
/// A body between its response headers and its end. A read whose token can fire goes into a buffer of ours and is copied:
/// so the caller can leave at any moment, and never finds its own buffer written to afterwards.
/// </summary>
/// <remarks>One operation at a time, as with any response stream; <see cref="Leave"/> may come at any time from anywhere.</remarks>
internal sealed class AbandonableBody
{
    // As large as the runtime's own copy buffers get; more would only sit in the pool.
    private const int LargestBuffer = 64 * 1024;

    // What has arrived already is taken inside Leave, as the runtime does on Dispose: so that the connection is free for the
    // very next request. A few reads, for the end of a chunked body is a read of its own.
    private const int ReadsOnLeave = 4;

    private readonly GracefulRequest _request;
    private readonly ReceivedBody _body;
    private int _state = (int)State.Idle;
    private bool _wasCancelled;

    // The read into our buffer.
    private byte[]? _buffer;
    private Memory<byte> _callerBuffer;
    private bool _asksForData;
    private bool _hold;
    private PendingRead? _pending;

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
            return _body.Note(await _body.ReadAsync(buffer, _request.InnerToken).ConfigureAwait(false), !buffer.IsEmpty);
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

                case State.Waiting when TryDetach(GatedOperations.Interrupted(), wasCancelled: false):
                    _pending!.Unregister();
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

    /// <summary>A read that waited has ended; true where its caller is still there to be given what it brought.</summary>
    public bool TryHold() => TryMove(State.Waiting, State.Held);

    /// <summary>Gives the caller what the read that waited has brought. The caller must hold the body.</summary>
    public void HandOver()
    {
        PendingRead pending = _pending!;
        int count;
        try
        {
            count = Take(pending.TakeResult());
        }
        catch (Exception e)
        {
            _body.NoteFailure();
            Exit(State.Held);
            pending.Fail(e);
            return;
        }

        pending.Complete(count);
    }

    /// <summary>Ends the caller's read with <paramref name="exception"/>; the inner read goes on with our buffer.</summary>
    public bool TryDetach(Exception exception, bool wasCancelled)
    {
        _pending!.EnsureDetached();
        if (!TryMove(State.Waiting, State.Gone))
        {
            return false;
        }

        Detach(exception, wasCancelled);
        return true;
    }

    private void Detach(Exception exception, bool wasCancelled)
    {
        _wasCancelled = wasCancelled;
        _callerBuffer = default;
        _body.Detach(_pending!.Detached, _asksForData);
        StartJob();
        _pending.LetGo(exception);
    }

    private ValueTask<int> StartReadAsync(Memory<byte> callerBuffer, int size, bool hold, CancellationToken cancellationToken)
    {
        if (!TryEnter(State.Starting))
        {
            return new ValueTask<int>(0);
        }

        _callerBuffer = callerBuffer;
        _asksForData = size != 0;
        _hold = hold;
        ValueTask<int> read;
        try
        {
            if (_buffer is null || _buffer.Length < size)
            {
                ReturnBuffer();
                _buffer = ArrayPool<byte>.Shared.Rent(size);
            }

            read = _body.ReadAsync(_buffer.AsMemory(0, size), _request.InnerToken);
            if (read.IsCompleted)
            {
                // Where the caller has left meanwhile, what was read is handed over all the same, and Exit does the rest.
                TryMove(State.Starting, State.Held);
                return new ValueTask<int>(Take(read.GetAwaiter().GetResult()));
            }
        }
        catch
        {
            _body.NoteFailure();
            Exit((State)Volatile.Read(ref _state) == State.Held ? State.Held : State.Starting);
            throw;
        }

        _pending ??= new PendingRead(this);
        ValueTask<int> told = _pending.PrepareAsync(read);
        if (!TryMove(State.Starting, State.Waiting))
        {
            _pending.EnsureDetached();
            Volatile.Write(ref _state, (int)State.Gone);
            Detach(GatedOperations.Interrupted(), wasCancelled: false);
        }

        _pending.Watch(cancellationToken);
        return told;
    }

    /// <summary>Copies what was read to the caller, and lets go of the body unless it is held for a write to a destination.</summary>
    private int Take(int count)
    {
        _body.Note(count, _asksForData);
        _buffer.AsSpan(0, _hold ? 0 : count).CopyTo(_callerBuffer.Span);
        _callerBuffer = default;
        if (_body.HasEnded)
        {
            ReturnBuffer();
        }

        if (!_hold || count == 0)
        {
            Exit(State.Held);
        }

        return count;
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
                read = _body.ReadAsync(_buffer, _request.InnerToken);
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
