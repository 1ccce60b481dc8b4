using System.Buffers;
using System.Runtime.CompilerServices;
using GracefulHttp.Connections;

namespace GracefulHttp.Abandonment;

/// <summary>
/// Reads a body for its caller. A read whose token can fire goes into a buffer of ours and is copied: so the caller can leave
/// at any moment, and never finds its own buffer written to afterwards.
/// </summary>
internal sealed class AbandonableBody(SentRequest request, ReceivedBody body) : OwnedBody(request, body)
{
    // The read into our buffer.
    private Memory<byte> _callerBuffer;
    private bool _asksForData;
    private bool _hold;
    private PendingRead? _pending;

    /// <summary>Reads into the caller's buffer. Such a read cannot be left, only ended with its connection.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadDirectAsync(Memory<byte> buffer)
    {
        if (!TryEnter(BodyState.Direct))
        {
            return await Body.ReadAsync(buffer, CancellationToken.None).ConfigureAwait(false);
        }

        try
        {
            return Body.Note(await Body.ReadAsync(buffer, Request.InnerToken).ConfigureAwait(false), !buffer.IsEmpty);
        }
        catch (OperationCanceledException) when (IsLeft)
        {
            throw GatedOperations.Interrupted();
        }
        catch
        {
            Body.NoteFailure();
            throw;
        }
        finally
        {
            Exit(BodyState.Direct);
        }
    }

    /// <summary>The same, on the caller's thread.</summary>
    public int ReadBlocking(Span<byte> buffer)
    {
        if (!TryEnter(BodyState.Blocking))
        {
            return Body.Read(buffer);
        }

        try
        {
            int count = Body.Read(buffer);
            if (!IsLeft)
            {
                return count;
            }
        }
        catch (Exception) when (IsLeft)
        {
            // Said below, whatever the stream says that was disposed under its read.
        }
        catch
        {
            Body.NoteFailure();
            throw;
        }
        finally
        {
            Exit(BodyState.Blocking);
        }

        throw GatedOperations.Interrupted();
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

                if (!TryMove(BodyState.Held, BodyState.Writing))
                {
                    Exit(BodyState.Held);
                    throw GatedOperations.Interrupted();
                }

                try
                {
                    await destination.WriteAsync(Buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                }
                finally
                {
                    ExitWriting();
                }

                cancellationToken.ThrowIfCancellationRequested();
                if (IsLeft)
                {
                    throw GatedOperations.Interrupted();
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

    /// <summary>A read that waited has ended; true where its caller is still there to be given what it brought.</summary>
    public bool TryHold() => TryMove(BodyState.Waiting, BodyState.Held);

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
            Body.NoteFailure();
            Exit(BodyState.Held);
            pending.Fail(e);
            return;
        }

        pending.Complete(count);
    }

    /// <inheritdoc />
    public override bool TryDetach(Exception exception, bool wasCancelled)
    {
        _pending!.EnsureDetached();
        if (!TryMove(BodyState.Waiting, BodyState.Gone))
        {
            return false;
        }

        Detach(exception, wasCancelled);
        return true;
    }

    private void ExitWriting()
    {
        if (!TryMove(BodyState.Writing, BodyState.Idle))
        {
            // Whoever has the body now reads into a buffer of its own.
            ReturnBuffer();
        }
    }

    private void Detach(Exception exception, bool wasCancelled)
    {
        _callerBuffer = default;
        Body.Detach(_pending!.Detached, _asksForData);
        StartJob(wasCancelled);
        _pending.LetGo(exception);
    }

    private ValueTask<int> StartReadAsync(Memory<byte> callerBuffer, int size, bool hold, CancellationToken cancellationToken)
    {
        if (!TryEnter(BodyState.Starting))
        {
            return Body.ReadAsync(callerBuffer, CancellationToken.None);
        }

        _callerBuffer = callerBuffer;
        _asksForData = size != 0;
        _hold = hold;
        ValueTask<int> read;
        try
        {
            if (Buffer is null || Buffer.Length < size)
            {
                ReturnBuffer();
                Buffer = ArrayPool<byte>.Shared.Rent(size);
            }

            read = Body.ReadAsync(Buffer.AsMemory(0, size), Request.InnerToken);
            if (read.IsCompleted)
            {
                // Where the caller has left meanwhile, what was read is handed over all the same, and Exit does the rest.
                TryMove(BodyState.Starting, BodyState.Held);
                return new ValueTask<int>(Take(read.GetAwaiter().GetResult()));
            }
        }
        catch
        {
            Body.NoteFailure();
            Exit(State == BodyState.Held ? BodyState.Held : BodyState.Starting);
            throw;
        }

        _pending ??= new PendingRead(this);
        ValueTask<int> told = _pending.PrepareAsync(read);
        if (!TryMove(BodyState.Starting, BodyState.Waiting))
        {
            _pending.EnsureDetached();
            MoveToGone();
            Detach(GatedOperations.Interrupted(), wasCancelled: false);
        }

        _pending.Watch(cancellationToken);
        return told;
    }

    /// <summary>Copies what was read to the caller, and lets go of the body unless it is held for a write to a destination.</summary>
    private int Take(int count)
    {
        Body.Note(count, _asksForData);
        Buffer.AsSpan(0, _hold ? 0 : count).CopyTo(_callerBuffer.Span);
        _callerBuffer = default;
        if (Body.HasEnded)
        {
            ReturnBuffer();
        }

        if (!_hold || count == 0)
        {
            Exit(BodyState.Held);
        }

        return count;
    }

    protected override void Unregister() => _pending!.Unregister();
}
