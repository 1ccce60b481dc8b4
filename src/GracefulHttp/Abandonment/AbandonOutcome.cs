namespace GracefulHttp.Abandonment;

/// <summary>What became of an abandoned request. The names in snake_case are the log value and the metric tag.</summary>
internal enum AbandonOutcome
{
    /// <summary>Not decided yet.</summary>
    None,

    /// <summary>The answer was read to its end; the connection went back to the pool where the protocol allows it.</summary>
    Drained,

    /// <summary>The drain took longer than the drain timeout. Closed.</summary>
    DrainTimeout,

    /// <summary>The answer was, or was known to be, larger than the drain size. Closed.</summary>
    DrainSize,

    /// <summary>All drains were taken. Closed.</summary>
    DrainRefused,

    /// <summary>It had not been sent, and never will be.</summary>
    NotSent,

    /// <summary>Closed, as its strategy says, or because nothing else is right where it was (a part of its body sent, a stream by nature).</summary>
    Closed,

    /// <summary>Closed because its answer would have acted on the caller's behalf: a redirect, a challenge, a cookie.</summary>
    WouldAct,

    /// <summary>Aborted, as its strategy says.</summary>
    Aborted,

    /// <summary>The request or its answer failed by itself while it was drained or closed.</summary>
    Failed,
}
