using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using GracefulHttp.TestKit.Peers;

namespace GracefulHttp.TestKit.Networks;

/// <summary>
/// The appliance of 2014: in front of a host it counts the TCP resets of each address, and takes more than
/// <see cref="ResetsPerMinute"/> for an attack. From then on everything from that address is dropped. nftables.
/// </summary>
public sealed partial class ResetCountingFirewall
{
    /// <summary>So many resets within a minute are let pass; the next one blocks its sender.</summary>
    public const int ResetsPerMinute = 20;

    private const string Tool = "nft";

    private readonly NetworkNamespace _host;

    /// <summary>Puts it in front of a host.</summary>
    public ResetCountingFirewall(NetworkNamespace host)
    {
        ArgumentNullException.ThrowIfNull(host);
        _host = host;

        // A bucket per address, of so many resets, that fills up again at their rate.
        host.Tool(Tool, "-f -", string.Create(CultureInfo.InvariantCulture, $$"""
            table inet appliance {
                set senders {
                    type ipv4_addr
                    flags dynamic, timeout
                    timeout 5m
                }
                set blocked {
                    type ipv4_addr
                    flags dynamic, timeout
                    timeout 1h
                }
                counter resets { }
                counter dropped { }
                chain input {
                    type filter hook input priority filter; policy accept;
                    tcp flags & rst == rst counter name resets
                    ip saddr @blocked counter name dropped drop
                    tcp flags & rst == rst update @senders { ip saddr limit rate over {{ResetsPerMinute}}/minute burst {{ResetsPerMinute}} packets } add @blocked { ip saddr }
                }
            }
            """));
    }

    /// <summary>Resets that have arrived so far, from all addresses.</summary>
    public int Resets => Packets("resets");

    /// <summary>Packets of blocked addresses that were dropped.</summary>
    public int Dropped => Packets("dropped");

    public static bool IsAvailable(out string whyNot) => ToolProcess.IsAvailable(Tool, out whyNot);

    public bool Blocks(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return Address().Matches(_host.Tool(Tool, "list set inet appliance blocked")).Any(match => match.Value == address.ToString());
    }

    private int Packets(string counter) =>
        int.Parse(PacketCount().Match(_host.Tool(Tool, $"list counter inet appliance {counter}")).Groups[1].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"packets (\d+)")]
    private static partial Regex PacketCount();

    [GeneratedRegex(@"\d+\.\d+\.\d+\.\d+")]
    private static partial Regex Address();
}
