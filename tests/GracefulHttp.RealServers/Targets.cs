namespace GracefulHttp.RealServers;

/// <summary>What every server answers, each in its own way.</summary>
internal static class Targets
{
    /// <summary>At once.</summary>
    public const string Ok = "/ok";

    /// <summary>Late, or as late as the server's process is stopped.</summary>
    public const string Late = "/late";

    /// <summary>The beginning at once, and the rest late or as fast as it is read.</summary>
    public const string Half = "/half";

    /// <summary>When the body has been read; or a refusal.</summary>
    public const string Upload = "/upload";

    /// <summary>How much of <see cref="Half"/> comes at once.</summary>
    public const int Beginning = 10;

    /// <summary>How long the late ones take.</summary>
    public static TimeSpan Lateness { get; } = TimeSpan.FromMilliseconds(200);
}
