using System.Globalization;

namespace GracefulHttp.StressTests.Storm;

/// <summary>The most memory that this process has had at any time, native memory and all. Linux; elsewhere 0.</summary>
internal static class ResidentPeak
{
    private const string Status = "/proc/self/status";
    private const string Field = "VmHWM:";

    /// <returns>Bytes.</returns>
    public static long Read()
    {
        // "VmHWM:	  214532 kB" (proc_pid_status(5))
        string? line = File.Exists(Status)
            ? File.ReadLines(Status).FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal))
            : null;
        return line is null ? 0 : long.Parse(line.AsSpan(Field.Length, line.Length - Field.Length - " kB".Length), NumberStyles.Integer, CultureInfo.InvariantCulture) * 1024;
    }
}
