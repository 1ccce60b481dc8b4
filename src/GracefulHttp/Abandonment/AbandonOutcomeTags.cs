namespace GracefulHttp.Abandonment;

internal static class AbandonOutcomeTags
{
    /// <summary>The outcome as logs and metrics call it.</summary>
    public static string ToTag(this AbandonOutcome outcome) => outcome switch
    {
        AbandonOutcome.Drained => "drained",
        AbandonOutcome.DrainTimeout => "drain_timeout",
        AbandonOutcome.DrainSize => "drain_size",
        AbandonOutcome.DrainRefused => "drain_refused",
        AbandonOutcome.NotSent => "not_sent",
        AbandonOutcome.WouldAct => "would_act",
        AbandonOutcome.Closed => "closed",
        AbandonOutcome.Aborted => "aborted",
        AbandonOutcome.Failed => "failed",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "Not an end."),
    };

    /// <summary>Whether it was ended from here, in the middle.</summary>
    public static bool IsHandedDown(this AbandonOutcome outcome) => outcome
        is AbandonOutcome.DrainTimeout
        or AbandonOutcome.DrainSize
        or AbandonOutcome.DrainRefused
        or AbandonOutcome.WouldAct
        or AbandonOutcome.Closed
        or AbandonOutcome.Aborted;
}
