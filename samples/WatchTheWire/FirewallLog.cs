using GracefulHttp.TestKit.Wire;

namespace WatchTheWire;

/// <summary>Segments as the log of a firewall shows them: who, to whom, which flags.</summary>
internal static class FirewallLog
{
    /// <summary>All but those that only acknowledge.</summary>
    public static IEnumerable<string> Lines(IEnumerable<Segment> segments) =>
        segments.Where(segment => segment.Flags != TcpControlBits.Ack || segment.PayloadLength > 0).Select(Line);

    private static string Line(Segment segment)
    {
        string payload = segment.PayloadLength > 0 ? $"  {segment.PayloadLength} bytes" : "";
        return $"client:{segment.ClientPort} {(segment.FromClient ? '>' : '<')} server  {segment.Flags.Names()}{payload}";
    }
}
