using System.Diagnostics;

namespace GracefulHttp.TestKit.Wire;

/// <summary>Tells the segments of the watched servers' connections, and who of the two sent them.</summary>
internal static class SegmentParser
{
    /// <summary>False where the packet is no TCP segment of one of the ports.</summary>
    public static bool TryParse(ReadOnlySpan<byte> packet, ReadOnlySpan<int> serverPorts, out Segment segment)
    {
        segment = default;
        if (!SegmentPacket.TryRead(packet, out SegmentPacket read))
        {
            return false;
        }

        bool fromClient = serverPorts.Contains(read.DestinationPort);
        if (!fromClient && !serverPorts.Contains(read.SourcePort))
        {
            return false;
        }

        segment = new Segment(
            Stopwatch.GetTimestamp(),
            ServerPort: fromClient ? read.DestinationPort : read.SourcePort,
            ClientPort: fromClient ? read.SourcePort : read.DestinationPort,
            fromClient,
            read.Flags,
            read.Sequence,
            read.Acknowledgment,
            read.PayloadLength);
        return true;
    }
}
