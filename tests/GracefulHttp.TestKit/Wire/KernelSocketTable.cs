using System.Globalization;

namespace GracefulHttp.TestKit.Wire;

/// <summary>The kernel's list of TCP sockets, <c>/proc/net/tcp</c> and <c>/proc/net/tcp6</c>, by the port they are connected to. Linux.</summary>
/// <remarks>
/// A server port that the system chose may have been somebody's a moment ago, with sockets in TIME_WAIT still naming it:
/// take the difference to a count from before.
/// </remarks>
public static class KernelSocketTable
{
    // enum of <net/tcp_states.h>.
    private const int FinWait1 = 4;
    private const int FinWait2 = 5;
    private const int TimeWait = 6;
    private const int Close = 7;

    // TCP_TIMEWAIT_LEN of <net/tcp.h>, and what the table counts timers in: USER_HZ of the kernel's interfaces.
    private static readonly TimeSpan TimeWaitLength = TimeSpan.FromSeconds(60);
    private const double TicksPerSecond = 100;

    /// <summary>Sockets in TIME_WAIT towards a port: local ports that the client cannot use again for a minute.</summary>
    public static int TimeWaitSockets(int remotePort) => Count(remotePort, (state, _) => state == TimeWait);

    /// <summary>
    /// Sockets that entered TIME_WAIT towards a port within the last <paramref name="since"/>, told by their timers. A difference
    /// of two counts is too low where new connections took over the ports of old ones, as they may on loopback after a second.
    /// </summary>
    public static int TimeWaitSockets(int remotePort, TimeSpan since) =>
        Count(remotePort, (state, timer) => state == TimeWait && timer >= TimeWaitLength - since);

    /// <summary>Sockets connected, connecting or closing towards a port; TIME_WAIT is not among them.</summary>
    public static int OpenSockets(int remotePort) => Count(remotePort, (state, _) => state is not (TimeWait or Close));

    /// <summary>Sockets towards a port whose own FIN is sent and whose peer's has not come: lingering, or left to the kernel in that state.</summary>
    public static int HalfClosedSockets(int remotePort) => Count(remotePort, (state, _) => state is FinWait1 or FinWait2);

    private static int Count(int remotePort, Func<int, TimeSpan, bool> isWanted) =>
        Count("/proc/net/tcp", remotePort, isWanted) + Count("/proc/net/tcp6", remotePort, isWanted);

    private static int Count(string file, int remotePort, Func<int, TimeSpan, bool> isWanted)
    {
        if (!File.Exists(file))
        {
            return 0; // no IPv6
        }

        // The kernel hands the table out in pages; when a socket comes or goes meanwhile it repeats others.
        var connections = new HashSet<string>();
        HashSet<string>.AlternateLookup<ReadOnlySpan<char>> distinct = connections.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (string line in File.ReadLines(file).Skip(1))
        {
            // "   0: 0100007F:8235 0100007F:1F90 06 00000000:00000000 03:00001770 …": number, local, remote, state, queues, timer.
            ReadOnlySpan<char> row = line.AsSpan(line.IndexOf(':') + 2);
            int end = row.IndexOf(' ') + 1;
            end += row[end..].IndexOf(' ');
            int port = int.Parse(row[(end - 4)..end], NumberStyles.HexNumber);
            if (port == remotePort && isWanted(int.Parse(row.Slice(end + 1, 2), NumberStyles.HexNumber), Timer(row[(end + 25)..])))
            {
                distinct.Add(row[..end]);
            }
        }

        return connections.Count;
    }

    private static TimeSpan Timer(ReadOnlySpan<char> rest) =>
        TimeSpan.FromSeconds(long.Parse(rest[..rest.IndexOf(' ')], NumberStyles.HexNumber) / TicksPerSecond);
}
