using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.WireTests.Lessons;

internal static class Closings
{
    /// <summary>
    /// That many connections have sent their FIN, and their peers have it: one that is not acknowledged yet (delayed ACK, 40 ms)
    /// looks like a full send queue to the library. For recordings of every segment.
    /// </summary>
    public static Task WaitForAcknowledgedFinsAsync(this SegmentRecorder recorder, int count) => recorder.WaitForAsync(r =>
    {
        Segment[] fins = [.. r.Segments.Where(static segment => segment.FromClient && segment.IsFin).DistinctBy(static fin => fin.ClientPort)];
        return fins.Length == count && fins.All(fin => r.Segments.Any(segment => segment.Acknowledges(fin)));
    });
}
