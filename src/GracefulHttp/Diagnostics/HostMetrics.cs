using System.Diagnostics.Metrics;
using System.Net.NetworkInformation;

namespace GracefulHttp.Diagnostics;

/// <summary>What the whole host does, not only this library: a meter of its own, so that it is opted into by its name.</summary>
internal static class HostMetrics
{
    // One for the process, whatever the factories: each further instrument would report the same resets once more.
    private static readonly Meter? Published = Create();

    /// <summary>Makes the meter known to listeners, where the system tells the count. It costs nothing until somebody asks.</summary>
    /// <returns>Whether it does.</returns>
    public static bool Publish() => Published is not null;

    private static Meter? Create()
    {
        if (ReadResetsSent() is null)
        {
            return null;
        }

        var meter = new Meter(GracefulHttpTelemetry.HostMeterName);
        meter.CreateObservableCounter(
            GracefulHttpTelemetry.HostResetsSent, Observe, "{segment}", "TCP segments with RST that the network namespace of this process has sent.");
        return meter;
    }

    private static IEnumerable<Measurement<long>> Observe() => ReadResetsSent() is { } count ? [new Measurement<long>(count)] : [];

    private static long? ReadResetsSent()
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                return SnmpFile.ReadResetsSent();
            }

            IPGlobalProperties host = IPGlobalProperties.GetIPGlobalProperties();
            long count = host.GetTcpIPv4Statistics().ResetsSent;

            // Windows counts each family for itself; where they share one table, the second is the first once more.
            return OperatingSystem.IsWindows() ? count + host.GetTcpIPv6Statistics().ResetsSent : count;
        }
        catch (Exception e) when (e is PlatformNotSupportedException or NetworkInformationException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
