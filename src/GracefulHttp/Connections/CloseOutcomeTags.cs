namespace GracefulHttp.Connections;

internal static class CloseOutcomeTags
{
    /// <summary>The outcome as logs and metrics call it.</summary>
    public static string ToTag(this CloseOutcome outcome) => outcome switch
    {
        CloseOutcome.Closed => "closed",
        CloseOutcome.LingerTimeout => "linger_timeout",
        CloseOutcome.LingerSize => "linger_size",
        CloseOutcome.LingerEvicted => "linger_evicted",
        CloseOutcome.LingerRefused => "linger_refused",
        CloseOutcome.PeerReset => "peer_reset",
        CloseOutcome.SendStuck => "send_stuck",
        CloseOutcome.Aborted => "aborted",
        CloseOutcome.NotConnected => "not_connected",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "Not an end."),
    };

    /// <summary>Whether we have sent an RST for certain; others may draw one, from the kernel, by what comes later.</summary>
    public static bool IsReset(this CloseOutcome outcome) => outcome
        is CloseOutcome.LingerSize
        or CloseOutcome.LingerRefused
        or CloseOutcome.SendStuck;

    /// <summary>Whether grace was wanted and could not be had. Resets that the user chose are no failure.</summary>
    public static bool IsUngraceful(this CloseOutcome outcome) => outcome
        is CloseOutcome.LingerTimeout
        or CloseOutcome.LingerSize
        or CloseOutcome.LingerEvicted
        or CloseOutcome.SendStuck;
}
