namespace GracefulHttp.Retry;

internal static class AttemptOutcomeTags
{
    /// <summary>The outcome as logs and metrics call it.</summary>
    public static string ToTag(this AttemptOutcome outcome) => outcome switch
    {
        AttemptOutcome.Answered => "answered",
        AttemptOutcome.AnsweredLate => "answered_late",
        AttemptOutcome.Failed => "failed",
        AttemptOutcome.TimedOut => "timed_out",
        AttemptOutcome.Abandoned => "abandoned",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "Not an end."),
    };
}
