using System.Runtime.CompilerServices;

namespace GracefulHttp.Abandonment;

/// <summary>
/// What both layers share of a request: how far it has been sent, whether it was abandoned, and whether its connection shall
/// then end without grace.
/// </summary>
/// <remarks>
/// It flows with the request to the connection's writes, and an idle connection keeps the last one. So it holds nothing of the
/// caller's, and is never pooled. It may flow further than it should: a handler below us that starts a loop of its own with the
/// first request keeps the scope of that one for all. Told apart by its message, of which it knows no more than the hash code, and
/// by its end; what is left is a request without headers, in such a loop, over HTTP/1.1, while the first one drains: it is refused.
/// </remarks>
internal class RequestScope(HttpRequestMessage message)
{
    // Bits of the state beside the progress; one field, for every request has a scope. Those behind Abandoned come after it only.
    // The first goes with the next hop, which is seen by its progress: what was answered to the one before does not count for it.
    private const int Acting = 1 << 7;
    private const int Abandoned = 1 << 8;
    private const int Aborted = 1 << 9;
    private const int CutOff = 1 << 10;
    private const int Ended = 1 << 11;
    private const int Tagged = 1 << 12;
    private const int ProgressMask = Acting - 1;

    // And the reason why something was not sent.
    private const int UnsentShift = 13;

    private static readonly AsyncLocal<RequestScope?> Flowing = new();

    private int _message = RuntimeHelpers.GetHashCode(message);
    private int _state;

    public static RequestScope? Current
    {
        get => Flowing.Value is { } scope && !scope.Has(Ended) ? scope : null;
        set => Flowing.Value = value;
    }

    public SendProgress Progress => (SendProgress)(Volatile.Read(ref _state) & ProgressMask);

    /// <summary>Whether the connection shall end as without this library.</summary>
    public bool IsAborted => Has(Aborted);

    public bool IsAbandoned => Has(Abandoned);

    public bool HasEnded => Has(Ended);

    /// <summary>What it was kept from sending after it was abandoned.</summary>
    public UnsentReason Unsent => (UnsentReason)(Volatile.Read(ref _state) >> UnsentShift);

    /// <summary>Whether a header of the answer has been read that acts for the caller.</summary>
    public bool IsActing => Has(Acting);

    public void Abort() => Interlocked.Or(ref _state, Aborted);

    /// <summary>Whether its connection shall give it nothing more to read, so that the runtime closes it.</summary>
    public bool IsCut => Has(CutOff);

    public void Cut() => Interlocked.Or(ref _state, CutOff);

    /// <summary>
    /// Notes that the request goes on. False where it was abandoned before: then not one byte more may be sent for it, be it
    /// from the queue, as a redirect, with credentials, or again on another connection.
    /// </summary>
    public bool TryAdvance(SendProgress to)
    {
        int state = Volatile.Read(ref _state);
        while (state < Abandoned)
        {
            if ((state & ProgressMask) == (int)to)
            {
                return true;
            }

            int before = Interlocked.CompareExchange(ref _state, (int)to, state);
            if (before == state)
            {
                return true;
            }

            state = before;
        }

        return false;
    }

    /// <summary>Notes that the headers of this message go out. False where it was abandoned before.</summary>
    public bool TrySerialize(HttpRequestMessage sent)
    {
        int hash = RuntimeHelpers.GetHashCode(sent);
        if (TryAdvance(SendProgress.Serialized))
        {
            // A handler below us may send a copy.
            _message = hash;
            return true;
        }

        if (_message == hash)
        {
            NoteUnsent(UnsentReason.Retry);
            return false;
        }

        // Somebody else's: its connection shall not take it for this one.
        Current = null;
        return true;
    }

    /// <summary>Something more would have been sent for it. The first of several counts.</summary>
    public void NoteUnsent(UnsentReason reason)
    {
        int state = Volatile.Read(ref _state);
        while (state >> UnsentShift == (int)UnsentReason.None)
        {
            int before = Interlocked.CompareExchange(ref _state, state | ((int)reason << UnsentShift), state);
            if (before == state)
            {
                return;
            }

            state = before;
        }
    }

    /// <summary>False where the runtime's metric has been tagged for it: a message that is sent again may ask for that twice.</summary>
    public bool TryTag() => (Interlocked.Or(ref _state, Tagged) & Tagged) == 0;

    /// <summary>Whatever it flows with from here on is somebody else's.</summary>
    public void End() => Interlocked.Or(ref _state, Ended);

    /// <summary>
    /// Notes that the last byte is out, also where the caller left during that very write: it was not cancelled, and is over.
    /// </summary>
    public void Complete()
    {
        int state = Volatile.Read(ref _state);
        while ((SendProgress)(state & ProgressMask) == SendProgress.Sending)
        {
            int before = Interlocked.CompareExchange(ref _state, (state & ~ProgressMask) | (int)SendProgress.Sent, state);
            if (before == state)
            {
                return;
            }

            state = before;
        }
    }

    /// <summary>Notes that a header of the answer to this message acts for the caller. False where it is somebody else's message.</summary>
    public bool TryNoteActing(HttpRequestMessage answered)
    {
        if (_message != RuntimeHelpers.GetHashCode(answered))
        {
            return false;
        }

        Interlocked.Or(ref _state, Acting);
        return true;
    }

    /// <summary>Stops all sending, in one transition. How far it had come is <see cref="Progress"/> from now on.</summary>
    public void Abandon() => Interlocked.Or(ref _state, Abandoned);

    private bool Has(int bit) => (Volatile.Read(ref _state) & bit) != 0;
}
