using System.Globalization;
using System.Runtime.InteropServices;

namespace GracefulHttp.Benchmarks.Reporting;

/// <summary>What was measured on.</summary>
internal sealed record MachineDescription(string Cpu, int Cores, double MemoryGib, string Os, string Kernel, string Runtime, DateTimeOffset Date)
{
    public static MachineDescription Read() => new(
        ReadCpu(),
        Environment.ProcessorCount,
        Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024 * 1024), 1),
        ReadOs(),
        ReadKernel(),
        RuntimeInformation.FrameworkDescription,
        TimeProvider.System.GetUtcNow());

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Cpu}, {Cores} cores, {MemoryGib} GiB, {Os}, {Kernel}, {Runtime}, {Date:yyyy-MM-dd}");

    private static string ReadCpu() =>
        Value("/proc/cpuinfo", "model name", ':') ?? RuntimeInformation.ProcessArchitecture.ToString();

    private static string ReadKernel()
    {
        const string Release = "/proc/sys/kernel/osrelease";
        return File.Exists(Release) ? $"Linux {File.ReadAllText(Release).Trim()}" : Environment.OSVersion.VersionString;
    }

    private static string ReadOs() => Value("/etc/os-release", "PRETTY_NAME", '=') ?? RuntimeInformation.OSDescription;

    private static string? Value(string file, string key, char separator)
    {
        if (!File.Exists(file))
        {
            return null;
        }

        string? line = File.ReadLines(file).FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal));
        return line?[(line.IndexOf(separator, StringComparison.Ordinal) + 1)..].Trim(' ', '"');
    }
}
