using GracefulHttp.TestKit.Wire;

namespace WatchTheWire;

/// <summary>Segments as the log of a firewall shows them: who, to whom, which flags.</summary>
internal static class FirewallLog
{
    private static readonly TcpControlBits[] Flags = [TcpControlBits.Syn, TcpControlBits.Fin, TcpControlBits.Rst, TcpControlBits.Psh, TcpControlBits.Ack];

    /// <summary>All but those that only acknowledge.</summary>
    public static IEnumerable<string> Lines(IEnumerable<Segment> segments) =>
        segments.Where(segment => segment.Flags != TcpControlBits.Ack || segment.PayloadLength > 0).Select(Line);

    private static string Line(Segment segment)
    {
        string flags = string.Join(' ', Flags.Where(flag => segment.Flags.HasFlag(flag)).Select(flag => flag.ToString().ToUpperInvariant()));
        string payload = segment.PayloadLength > 0 ? $"  {segment.PayloadLength} bytes" : "";
        return $"client:{segment.ClientPort} {(segment.FromClient ? '>' : '<')} server  {flags}{payload}";
    }
}
