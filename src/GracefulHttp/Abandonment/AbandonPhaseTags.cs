namespace GracefulHttp.Abandonment;

internal static class AbandonPhaseTags
{
    /// <summary>The phase as logs and metrics call it.</summary>
    public static string ToTag(this AbandonPhase phase) => phase switch
    {
        AbandonPhase.NotSent => "not_sent",
        AbandonPhase.Sending => "sending",
        AbandonPhase.WaitingForHeaders => "waiting_for_headers",
        AbandonPhase.ReadingBody => "reading_body",
        _ => throw new ArgumentOutOfRangeException(nameof(phase), phase, "Not a phase."),
    };
}
