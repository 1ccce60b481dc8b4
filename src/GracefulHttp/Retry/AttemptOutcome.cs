namespace GracefulHttp.Retry;

/// <summary>How an attempt ended; also the value of the tag <c>graceful_http.outcome</c>.</summary>
internal enum AttemptOutcome
{
    /// <summary>Its answer, or its exception, is what the caller got, before the attempt time-out.</summary>
    Answered,

    /// <summary>The same, but after its time-out: without the wait for it that answer would have been lost.</summary>
    AnsweredLate,

    /// <summary>A transient failure.</summary>
    Failed,

    /// <summary>Ended by a time-out: the total one, or its own where that is hard.</summary>
    TimedOut,

    /// <summary>Another attempt answered first, or the caller left.</summary>
    Abandoned,
}
