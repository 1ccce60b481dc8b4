using System.Globalization;

namespace GracefulHttp.Diagnostics;

/// <summary>
/// The counters of a Linux network namespace. <see cref="System.Net.NetworkInformation.TcpStatistics.ResetsSent"/> is not
/// supported there, though the kernel has the number; one for IPv4 and IPv6 together.
/// </summary>
internal static class SnmpFile
{
    private const string Tcp = "Tcp:";
    private const string ResetsSent = "OutRsts";

    public static long? ReadResetsSent() => FindResetsSent(File.ReadLines("/proc/net/snmp"));

    /// <summary>A group is two lines that begin alike: its names, then its values.</summary>
    public static long? FindResetsSent(IEnumerable<string> lines)
    {
        string[][] group = [.. lines.Where(static line => line.StartsWith(Tcp, StringComparison.Ordinal)).Select(static line => line.Split(' '))];
        int column = group is [string[] names, _] ? Array.IndexOf(names, ResetsSent) : -1;
        return column >= 0 && column < group[1].Length && long.TryParse(group[1][column], NumberStyles.None, CultureInfo.InvariantCulture, out long count)
            ? count
            : null;
    }
}
