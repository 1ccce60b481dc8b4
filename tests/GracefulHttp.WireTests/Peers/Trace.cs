using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.WireTests.Peers;

/// <summary>How one connection went over the wire, in short: who sent data and FIN, in which order.</summary>
internal static class Trace
{
    /// <summary>
    /// <c>→data →FIN ←data ←FIN</c>: towards the server and from it. Segments without payload are left out, a run of data is
    /// one, and what was sent again counts once.
    /// </summary>
    public static string Story(this SegmentRecorder recorder, int clientPort)
    {
        var story = new List<string>();
        var sent = new Dictionary<bool, uint>();
        foreach (Segment segment in recorder.Flow(clientPort))
        {
            string arrow = segment.FromClient ? "→" : "←";
            uint end = segment.Sequence + (uint)segment.PayloadLength + (segment.IsFin ? 1u : 0);
            if (segment.IsReset)
            {
                story.Add($"{arrow}RST");
            }
            else if (!sent.TryGetValue(segment.FromClient, out uint before) || (int)(end - before) > 0)
            {
                sent[segment.FromClient] = end;
                if (segment.PayloadLength > 0 && story.LastOrDefault() != $"{arrow}data")
                {
                    story.Add($"{arrow}data");
                }

                if (segment.IsFin)
                {
                    story.Add($"{arrow}FIN");
                }
            }
        }

        return string.Join(' ', story);
    }

    /// <summary>Whether both sides have sent their FIN and know that it has arrived.</summary>
    public static bool IsOver(this SegmentRecorder recorder, int clientPort)
    {
        IReadOnlyList<Segment> flow = recorder.Flow(clientPort);
        return flow.Where(segment => segment.IsFin).DistinctBy(segment => segment.FromClient).ToList() is { Count: 2 } fins
            && fins.TrueForAll(fin => flow.Any(segment => segment.Acknowledges(fin)));
    }
}
