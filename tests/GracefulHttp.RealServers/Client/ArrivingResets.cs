using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using GracefulHttp.TestKit.Networks;
using GracefulHttp.TestKit.Peers;

namespace GracefulHttp.RealServers.Client;

/// <summary>Counts the RSTs that arrive at a host: the kernel counts only those that leave it. nftables.</summary>
internal static partial class ArrivingResets
{
    private const string Tool = "nft";

    public static bool IsAvailable(out string whyNot) => ToolProcess.IsAvailable(Tool, out whyNot);

    public static void StartOn(NetworkNamespace host) => host.Tool(Tool, "-f -", """
        table inet arriving {
            counter resets { }
            chain input {
                type filter hook input priority filter; policy accept;
                tcp flags & rst == rst counter name resets
            }
        }
        """);

    /// <summary>Those that have arrived so far at the host of this process.</summary>
    public static long Read()
    {
        using Process process = Process.Start(
            new ProcessStartInfo(ToolProcess.Require(Tool), "list counter inet arriving resets") { RedirectStandardOutput = true })!;
        return long.Parse(PacketCount().Match(process.StandardOutput.ReadToEnd()).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"packets (\d+)")]
    private static partial Regex PacketCount();
}
