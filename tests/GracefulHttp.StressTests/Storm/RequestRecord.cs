using System.Globalization;

namespace GracefulHttp.StressTests.Storm;

/// <summary>One request, as its caller and its server know it.</summary>
internal sealed class RequestRecord(Plan plan, Ledger ledger)
{
    private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _writingSince;
    private long _leftAt = long.MaxValue;
    private long _droppedAt = long.MaxValue;
    private long _redirectedAt = long.MaxValue;
    private int _timesSeen;
    private int _hops;

    public Plan Plan => plan;

    /// <summary>When the server has read its headers.</summary>
    public Task Seen => _seen.Task;

    /// <summary>When its caller is done with it, in whatever way.</summary>
    public Task Left => _left.Task;

    /// <summary>Whether the server has read its content to the end.</summary>
    public bool IsUploaded { get; private set; }

    /// <summary>Whether its caller has the response headers.</summary>
    public bool HasHeaders { get; set; }

    public string Id => plan.Id.ToString(CultureInfo.InvariantCulture);

    public Phase Phase =>
        HasHeaders ? Phase.ReadingBody
        : !Seen.IsCompleted ? Phase.NotSeen
        : plan.HasContent && !IsUploaded ? Phase.Uploading
        : Phase.WaitingForHeaders;

    /// <summary>The client begins to write its headers. The first time counts: it may be sent again, which is another rule's.</summary>
    public void NoteWriting() => Interlocked.CompareExchange(ref _writingSince, Ledger.Now, 0);

    /// <summary>The caller has been let go, or has what it wanted.</summary>
    public void NoteLeft()
    {
        Interlocked.CompareExchange(ref _leftAt, Ledger.Now, long.MaxValue);
        _left.TrySetResult();
    }

    /// <summary>The server has read the headers.</summary>
    /// <param name="idHeader">The id that stands in them, if any.</param>
    /// <param name="isHop">Whether they ask for what a redirect led to.</param>
    /// <param name="notBefore">
    /// A moment before which the request cannot have been written, where its connection tells one: the answer before it was still to come.
    /// </param>
    public void See(string? idHeader, bool isHop, long notBefore)
    {
        long leftAt = Volatile.Read(ref _leftAt);
        if (idHeader is not null && idHeader != Id)
        {
            Fault($"carries the id {idHeader}");
        }

        // A message that is sent again has been left before, and that is what it is about.
        long sentAfter = isHop ? Volatile.Read(ref _redirectedAt) : Math.Max(notBefore, Volatile.Read(ref _writingSince));
        if (plan.Call != Call.Twice && leftAt < sentAfter)
        {
            Fault($"is a ghost: it was sent {(isHop ? "to its redirect " : "")}after its caller had left");
        }

        int times = isHop ? Interlocked.Increment(ref _hops) : Interlocked.Increment(ref _timesSeen);
        long droppedAt = Volatile.Read(ref _droppedAt);
        if (times > 1 && plan.Call != Call.Twice && (droppedAt == long.MaxValue || leftAt < droppedAt))
        {
            // The runtime sends again what a connection took with it, but not for a caller who has left.
            Fault($"was sent {times} times{(leftAt < droppedAt ? ", the last after its caller had left" : "")}");
        }

        _seen.TrySetResult();
    }

    /// <summary>The server has read the whole content.</summary>
    public void NoteUploaded(ReadOnlySpan<byte> content)
    {
        IsUploaded = true;
        if (content.Length != plan.UploadSize || !Pattern.Matches(content, Pattern.UploadOf(plan.Id), offset: 0))
        {
            Fault($"came with a content of {content.Length} bytes that is not its own");
        }
    }

    /// <summary>The server is about to end the connection under it.</summary>
    public void NoteDropped() => Interlocked.CompareExchange(ref _droppedAt, Ledger.Now, long.MaxValue);

    /// <summary>The server is about to send its caller elsewhere.</summary>
    public void NoteRedirected() => Interlocked.CompareExchange(ref _redirectedAt, Ledger.Now, long.MaxValue);

    public void Fault(string what) => ledger.Note($"{plan} {what}.");
}
