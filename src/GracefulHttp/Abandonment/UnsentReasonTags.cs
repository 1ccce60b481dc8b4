namespace GracefulHttp.Abandonment;

internal static class UnsentReasonTags
{
    /// <summary>The reason as metrics call it.</summary>
    public static string ToTag(this UnsentReason reason) => reason switch
    {
        UnsentReason.Queue => "queue",
        UnsentReason.Redirect => "redirect",
        UnsentReason.Authentication => "authentication",
        UnsentReason.Retry => "retry",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "Nothing was kept."),
    };
}
