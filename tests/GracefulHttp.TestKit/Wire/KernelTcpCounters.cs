namespace GracefulHttp.TestKit.Wire;

/// <summary>
/// What the kernel counted in this network namespace: every process of it, both directions. Exact only in a namespace of
/// one's own (<c>unshare -n</c>); elsewhere an upper bound. Linux.
/// </summary>
/// <param name="ResetsSent"><c>Tcp: OutRsts</c>, RST segments sent.</param>
/// <param name="AbortsOnClose"><c>TCPAbortOnClose</c>, sockets closed with unread data.</param>
/// <param name="AbortsOnData"><c>TCPAbortOnData</c>, sockets closed with unknown data in flight, or data that came after the close.</param>
/// <param name="AbortsOnTimeout"><c>TCPAbortOnTimeout</c>, connections given up after retransmissions or keep-alives.</param>
/// <param name="AbortsOnLinger"><c>TCPAbortOnLinger</c>, closed sockets whose FIN_WAIT2 timed out.</param>
/// <param name="AbortsOnMemory"><c>TCPAbortOnMemory</c>, connections reset because the kernel holds too many orphans.</param>
/// <param name="ConnectionsOpened"><c>Tcp: ActiveOpens</c>, connections begun from here.</param>
public readonly record struct KernelTcpCounters(
    long ResetsSent, long AbortsOnClose, long AbortsOnData, long AbortsOnTimeout, long AbortsOnLinger, long AbortsOnMemory, long ConnectionsOpened)
{
    // The calling thread's namespace: /proc/net is that of the process's first thread.
    private const string Snmp = "/proc/thread-self/net/snmp";
    private const string Netstat = "/proc/thread-self/net/netstat";

    /// <summary>Whether this system has the counters.</summary>
    public static bool IsAvailable => File.Exists(Snmp) && File.Exists(Netstat);

    public static KernelTcpCounters Read()
    {
        Dictionary<string, long> tcp = ReadGroup(Snmp, "Tcp:");
        Dictionary<string, long> extended = ReadGroup(Netstat, "TcpExt:");
        return new KernelTcpCounters(
            tcp["OutRsts"],
            extended["TCPAbortOnClose"],
            extended["TCPAbortOnData"],
            extended["TCPAbortOnTimeout"],
            extended["TCPAbortOnLinger"],
            extended["TCPAbortOnMemory"],
            tcp["ActiveOpens"]);
    }

    public static KernelTcpCounters operator -(KernelTcpCounters after, KernelTcpCounters before) => Subtract(after, before);

    public static KernelTcpCounters Subtract(KernelTcpCounters after, KernelTcpCounters before) => new(
        after.ResetsSent - before.ResetsSent,
        after.AbortsOnClose - before.AbortsOnClose,
        after.AbortsOnData - before.AbortsOnData,
        after.AbortsOnTimeout - before.AbortsOnTimeout,
        after.AbortsOnLinger - before.AbortsOnLinger,
        after.AbortsOnMemory - before.AbortsOnMemory,
        after.ConnectionsOpened - before.ConnectionsOpened);

    /// <summary>Each group is two lines with the same prefix: the names, then the values.</summary>
    private static Dictionary<string, long> ReadGroup(string file, string prefix)
    {
        string[][] lines = [.. File.ReadLines(file).Where(line => line.StartsWith(prefix, StringComparison.Ordinal)).Select(line => line.Split(' '))];
        return lines[0].Zip(lines[1]).Skip(1).ToDictionary(pair => pair.First, pair => long.Parse(pair.Second));
    }
}
