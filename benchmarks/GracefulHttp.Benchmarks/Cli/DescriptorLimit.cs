using System.Globalization;

namespace GracefulHttp.Benchmarks.Cli;

/// <summary>How many sockets a process may have: better known before thousands of them are open.</summary>
internal static class DescriptorLimit
{
    /// <summary>What a process has open beside the connections, with room to spare.</summary>
    private const int Others = 500;

    private const string LimitsFile = "/proc/self/limits";

    public static string? WhyTooFew(string option, int connections)
    {
        if (!File.Exists(LimitsFile))
        {
            return null;
        }

        // "Max open files            20000                20000                files": the first is the one that counts, and the runtime
        // has raised it to the second.
        string? line = File.ReadLines(LimitsFile).FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        string? soft = line?["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        return int.TryParse(soft, CultureInfo.InvariantCulture, out int limit) && limit < connections + Others
            ? string.Create(CultureInfo.InvariantCulture, $"{option}: {connections} sockets and what else is open do not fit into {limit} descriptors (ulimit -n).")
            : null;
    }
}
