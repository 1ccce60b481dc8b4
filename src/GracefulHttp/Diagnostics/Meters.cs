using System.Diagnostics.Metrics;

namespace GracefulHttp.Diagnostics;

/// <summary>Where the instruments come from.</summary>
internal static class Meters
{
    private static readonly Meter Shared = new(GracefulHttpTelemetry.Name);

    /// <summary>The factory's meter, which is the same for the same factory; without one, a meter shared by all.</summary>
    public static Meter For(IMeterFactory? factory)
    {
        HostMetrics.Publish();
        return factory?.Create(GracefulHttpTelemetry.Name) ?? Shared;
    }
}
