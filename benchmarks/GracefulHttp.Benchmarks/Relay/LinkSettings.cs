namespace GracefulHttp.Benchmarks.Relay;

/// <summary>The network between client and server.</summary>
/// <param name="RoundTrip">How long a segment and its answer are under way together.</param>
/// <param name="BitsPerSecond">What it carries in each direction; null without a limit.</param>
internal sealed record LinkSettings(TimeSpan RoundTrip, double? BitsPerSecond)
{
    /// <summary>What loopback is by itself: no relay is needed.</summary>
    public static LinkSettings None { get; } = new(TimeSpan.Zero, null);
}
