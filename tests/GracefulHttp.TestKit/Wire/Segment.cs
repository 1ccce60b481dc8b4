using System.Diagnostics;

namespace GracefulHttp.TestKit.Wire;

/// <summary>One TCP segment as it arrived on loopback.</summary>
/// <param name="Timestamp">When the recorder read it, in units of <see cref="Stopwatch.Frequency"/>. Order is exact, distances are not.</param>
/// <param name="ServerPort">The port the recorder was told to watch.</param>
/// <param name="ClientPort">The other port.</param>
/// <param name="FromClient">Whether it was sent towards <paramref name="ServerPort"/>.</param>
/// <param name="Flags">Its control bits.</param>
/// <param name="Sequence">Its sequence number.</param>
/// <param name="Acknowledgment">The next sequence number that its sender expects.</param>
/// <param name="PayloadLength">How many bytes it carries.</param>
public readonly record struct Segment(
    long Timestamp, int ServerPort, int ClientPort, bool FromClient, TcpControlBits Flags, uint Sequence, uint Acknowledgment, int PayloadLength)
{
    /// <summary>Whether this is the segment that opens a connection: SYN without ACK.</summary>
    public bool IsOpening => (Flags & (TcpControlBits.Syn | TcpControlBits.Ack)) == TcpControlBits.Syn;

    public bool IsFin => (Flags & TcpControlBits.Fin) != 0;

    public bool IsReset => (Flags & TcpControlBits.Rst) != 0;

    /// <summary>Whether this tells that <paramref name="fin"/>, of the other side, has arrived.</summary>
    public bool Acknowledges(in Segment fin) =>
        FromClient != fin.FromClient && ClientPort == fin.ClientPort && Acknowledgment == fin.Sequence + (uint)fin.PayloadLength + 1;

    public override string ToString() =>
        $"{(FromClient ? $"{ClientPort} → {ServerPort}" : $"{ServerPort} → {ClientPort}")} {Flags} seq {Sequence} len {PayloadLength}";
}
