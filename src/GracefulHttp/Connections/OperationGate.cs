namespace GracefulHttp.Connections;

/// <summary>
/// Counts the reads and writes in flight on a stream, refuses new ones once the stream is closing, and tells when the
/// last one is out. Until then nobody may touch their buffers or shut the TLS session down.
/// </summary>
/// <remarks>Reads and writes have a token each: one for both would also cancel the write of close_notify.</remarks>
internal sealed class OperationGate
{
    public const int Read = 1;
    public const int Write = 1 << 15;
    private const int Closing = 1 << 30;
    private const int WriteMask = Closing - Write;

    private readonly CancellationTokenSource _reads = new();
    private CancellationTokenSource _writes = new();
    private TaskCompletionSource? _quiesced;
    private int _state;

    public bool IsClosing => (Volatile.Read(ref _state) & Closing) != 0;

    public CancellationToken ReadToken => _reads.Token;

    public CancellationToken WriteToken => _writes.Token;

    /// <summary>Whether a write has failed, be it because it was cancelled: half a TLS record may be on the wire.</summary>
    public bool WriteFailed { get; private set; }

    /// <summary>Whether a read has come to the end of the stream.</summary>
    public bool PeerEnded { get; private set; }

    /// <summary>Whether no operation was in flight when the stream was closed.</summary>
    public bool WasIdle { get; private set; }

    /// <summary>Whether a write was in flight when the stream was closed.</summary>
    public bool WasWriting { get; private set; }

    /// <summary>Completes when the stream is closing and no operation is in flight. Only valid after <see cref="TryClose"/>.</summary>
    public Task Quiesced => _quiesced!.Task;

    /// <summary>The caller must call <see cref="Exit"/> with the same operation when this returns true.</summary>
    public bool TryEnter(int operation)
    {
        if ((Interlocked.Add(ref _state, operation) & Closing) == 0)
        {
            return true;
        }

        Exit(operation);
        return false;
    }

    /// <exception cref="ObjectDisposedException">The stream is closing.</exception>
    public void Enter(int operation)
    {
        ObjectDisposedException.ThrowIf(!TryEnter(operation), typeof(Stream));
    }

    public void Exit(int operation)
    {
        if (Interlocked.Add(ref _state, -operation) == Closing)
        {
            _quiesced!.TrySetResult();
        }
    }

    public int NoteRead(int count, bool askedForData)
    {
        PeerEnded |= count == 0 && askedForData;
        return count;
    }

    public void NoteFailedWrite() => WriteFailed = true;

    /// <summary>Refuses further operations and cancels those in flight. True for the first caller only, who owns the end.</summary>
    public bool TryClose()
    {
        // Published before the bit: whoever sees the bit as the last one out must find the source.
        Interlocked.CompareExchange(ref _quiesced, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null);

        int before = Interlocked.Or(ref _state, Closing);
        if ((before & Closing) != 0)
        {
            return false;
        }

        if (before == 0)
        {
            WasIdle = true;
            _quiesced.TrySetResult();
            return true;
        }

        CancelReads();
        if ((before & WriteMask) != 0)
        {
            WasWriting = true;
            CancelWrites();
        }

        return true;
    }

    /// <summary>Cancels the reads in flight, and those to come.</summary>
    public void CancelReads() => Cancel(_reads);

    /// <summary>Cancels the writes in flight, and those to come.</summary>
    public void CancelWrites() => Cancel(_writes);

    /// <summary>Lets one write more pass after <see cref="CancelWrites"/>, the goodbye. No write may be in flight.</summary>
    public void AllowWrites()
    {
        if (_writes.IsCancellationRequested)
        {
            _writes = new CancellationTokenSource();
        }
    }

    /// <summary>Gives up on operations that do not come back; the end goes on without them.</summary>
    public void StopWaiting() => _quiesced?.TrySetResult();

    private static void Cancel(CancellationTokenSource operations)
    {
        try
        {
            // A socket completes a cancelled operation on the thread pool, so nothing of ours runs inside this call.
            operations.Cancel();
        }
        catch (AggregateException)
        {
            // A stream of the user's threw from its own registration. The end goes on: it is ours by now.
        }
    }
}
