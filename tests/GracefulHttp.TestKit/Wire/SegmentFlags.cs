namespace GracefulHttp.TestKit.Wire;

/// <summary>Control bits in words.</summary>
public static class SegmentFlags
{
    // In the order in which they matter to who reads.
    private static readonly TcpControlBits[] All =
        [TcpControlBits.Syn, TcpControlBits.Fin, TcpControlBits.Rst, TcpControlBits.Psh, TcpControlBits.Urg, TcpControlBits.Ack];

    /// <summary>As firewalls name them: <c>FIN ACK</c>.</summary>
    public static string Names(this TcpControlBits flags) =>
        string.Join(' ', All.Where(flag => flags.HasFlag(flag)).Select(flag => flag.ToString().ToUpperInvariant()));
}
