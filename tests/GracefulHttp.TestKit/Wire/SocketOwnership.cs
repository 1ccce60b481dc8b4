using System.Globalization;

namespace GracefulHttp.TestKit.Wire;

/// <summary>Whether a process still holds a TCP socket, or only the kernel remembers the connection. Linux.</summary>
public static class SocketOwnership
{
    // The columns of /proc/net/tcp: number, local, remote, state, queues, timer, retransmits, user, timeout, inode.
    private const int Local = 1;
    private const int Remote = 2;
    private const int Inode = 9;

    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    /// <summary>A socket that was closed while its peer's FIN is missing stays in the table for a minute, but has no inode.</summary>
    public static bool IsHeld(int localPort, int remotePort) =>
        Tables
            .Where(File.Exists)
            .SelectMany(table => File.ReadLines(table).Skip(1))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Any(row => Port(row[Local]) == localPort && Port(row[Remote]) == remotePort && row[Inode] != "0");

    private static int Port(string endpoint) =>
        int.Parse(endpoint.AsSpan(endpoint.LastIndexOf(':') + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
