namespace GracefulHttp.StressTests.Storm;

/// <summary>The most that was seen at any time.</summary>
/// <param name="Sockets">TCP sockets of the network namespace, both ends, without TIME_WAIT.</param>
/// <param name="TimeWait">Those in TIME_WAIT.</param>
/// <param name="HeapBytes">What the heap held, garbage included.</param>
internal readonly record struct Peaks(long Sockets, long TimeWait, long HeapBytes)
{
    public Peaks With(Peaks other) =>
        new(Math.Max(Sockets, other.Sockets), Math.Max(TimeWait, other.TimeWait), Math.Max(HeapBytes, other.HeapBytes));

    public static Peaks Now()
    {
        // "TCP: inuse 9 orphan 0 tw 4 alloc 9 mem 2"
        string[] tcp = File.Exists("/proc/net/sockstat")
            ? File.ReadLines("/proc/net/sockstat").First(line => line.StartsWith("TCP:", StringComparison.Ordinal)).Split(' ')
            : [];
        return new Peaks(Value(tcp, "inuse"), Value(tcp, "tw"), GC.GetTotalMemory(forceFullCollection: false));
    }

    private static long Value(string[] fields, string name) =>
        Array.IndexOf(fields, name) is int at and >= 0 ? long.Parse(fields[at + 1]) : 0;
}
