using System.Buffers;
using GracefulHttp.Connections;

namespace GracefulHttp.Abandonment;

/// <summary>Who has a body between its response headers and its end, and what becomes of it when its caller leaves.</summary>
/// <remarks>One operation at a time, as with any response stream; <see cref="Leave"/> may come at any time from anywhere.</remarks>
internal abstract class OwnedBody(SentRequest request, ReceivedBody body)
{
    /// <summary>As large as the runtime's own copy buffers get; more would only sit in the pool.</summary>
    protected const int LargestBuffer = 64 * 1024;

    // What has arrived already is taken inside Leave, as the runtime does on Dispose: so that the connection is free for the
    // very next request. A few reads, for the end of a chunked body is a read of its own.
    private const int ReadsOnLeave = 4;

    private int _state = (int)BodyState.Idle;
    private bool _wasCancelled;

    /// <summary>Whether the caller has left.</summary>
    public bool IsLeft => State is BodyState.Gone or BodyState.BusyAndLeft or BodyState.Ended;

    /// <summary>At its end a body is what its own stream is there; left before, it is not read any more.</summary>
    public bool CanRead => State == BodyState.Ended ? body.CanRead : !IsLeft;

    protected SentRequest Request => request;

    protected ReceivedBody Body => body;

    protected BodyState State => (BodyState)Volatile.Read(ref _state);

    /// <summary>Ours, rented; whoever has the body has it too.</summary>
    protected byte[]? Buffer { get; set; }

    /// <summary>
    /// The caller is done, at the end of the body or before. Neither waits nor throws; what is left is a background job's.
    /// </summary>
    public void Leave()
    {
        while (true)
        {
            BodyState state = State;
            switch (state)
            {
                case BodyState.Gone or BodyState.BusyAndLeft or BodyState.Ended:
                    return;

                case BodyState.Idle when TryMove(BodyState.Idle, body.HasEnded ? BodyState.Ended : BodyState.Gone):
                    LeaveIdle();
                    return;

                case BodyState.Waiting when TryDetach(GatedOperations.Interrupted(), wasCancelled: false):
                    Unregister();
                    return;

                case BodyState.Starting or BodyState.Held when TryMove(state, BodyState.BusyAndLeft):
                    return;

                case BodyState.Writing when TryMove(BodyState.Writing, BodyState.Gone):
                    // Not after the write: its destination may be stuck.
                    StartJob(wasCancelled: false);
                    return;

                case BodyState.Direct when TryMove(BodyState.Direct, BodyState.BusyAndLeft):
                    request.Abandon();
                    request.HandDown();
                    return;

                case BodyState.Blocking when TryMove(BodyState.Blocking, BodyState.BusyAndLeft):
                    // No token reaches a blocked read. Its connection ends it, and then the reader disposes the response: did
                    // we, as it goes without us, the runtime's drain would read beside it, each take from the other, and the
                    // connection go to the next request with a thread in it.
                    request.Abandon();
                    body.NoteFailure();
                    request.Scope.Cut();
                    if (body.IsStream || !request.Drainer.Inner.EndsBlockedReads)
                    {
                        body.Dispose();
                    }

                    return;
            }
        }
    }

    /// <summary>Ends the caller's read, which waits, with <paramref name="exception"/>; the inner read goes on with our buffer.</summary>
    public abstract bool TryDetach(Exception exception, bool wasCancelled);

    /// <summary>The caller has left the read that waited.</summary>
    protected abstract void Unregister();

    protected void StartJob(bool wasCancelled)
    {
        _wasCancelled = wasCancelled;
        request.Abandon();
        request.Drainer.Take(AbandonedRequest.ReadingBody(request, body));
    }

    /// <summary>
    /// False where it was left at its end: its own stream says what a read is there. One that was left before never looks as if
    /// it had come to it.
    /// </summary>
    protected bool TryEnter(BodyState state)
    {
        if (TryMove(BodyState.Idle, state))
        {
            return true;
        }

        if (!IsLeft)
        {
            throw new InvalidOperationException("The response is being read already; one read at a time.");
        }

        ObjectDisposedException.ThrowIf(State != BodyState.Ended && !_wasCancelled, typeof(Stream));
        return _wasCancelled ? throw GatedOperations.Interrupted() : false;
    }

    protected void Exit(BodyState state)
    {
        if (!TryMove(state, BodyState.Idle))
        {
            MoveToGone();
            LeaveIdle();
        }
    }

    protected bool TryMove(BodyState from, BodyState to) =>
        Interlocked.CompareExchange(ref _state, (int)to, (int)from) == (int)from;

    /// <summary>The caller has left in the meantime.</summary>
    protected void MoveToGone() => Volatile.Write(ref _state, (int)BodyState.Gone);

    protected void ReturnBuffer()
    {
        if (Buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(Buffer);
            Buffer = null;
        }
    }

    private void LeaveIdle()
    {
        if (!body.OpensAtOnce)
        {
            // A content of another handler's, never opened: ended by its author's Dispose, as without us.
            body.Dispose();
            return;
        }

        for (int i = 0; i < ReadsOnLeave && !body.IsOver; i++)
        {
            if (Buffer is not { Length: > 0 })
            {
                Buffer = ArrayPool<byte>.Shared.Rent(LargestBuffer);
            }

            ValueTask<int> read;
            try
            {
                read = body.ReadAsync(Buffer, request.InnerToken);
            }
            catch (Exception e)
            {
                read = ValueTask.FromException<int>(e);
            }

            if (!read.IsCompletedSuccessfully)
            {
                // It keeps our buffer, which is lost to the pool.
                body.Detach(read.AsTask(), askedForData: true);
                StartJob(wasCancelled: false);
                return;
            }

            body.Note(read.Result, askedForData: true);
        }

        ReturnBuffer();
        if (body.IsOver)
        {
            body.Dispose();
        }
        else
        {
            StartJob(wasCancelled: false);
        }
    }
}
