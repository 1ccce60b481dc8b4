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
}
