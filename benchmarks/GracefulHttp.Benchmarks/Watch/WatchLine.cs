using System.Net;
using System.Text;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.Benchmarks.Watch;

/// <summary>One line of the log: the client, the server, which way, the flags, and what they mean.</summary>
internal readonly record struct WatchLine(IPEndPoint Client, IPEndPoint Server, Side Sender, WatchedEdge Edge, string Meaning)
{
    private const int LongestText = 120;

    public override string ToString()
    {
        var line = new StringBuilder($"client {Client} {(Sender == Side.Client ? '>' : '<')} server {Server}  {Edge.Flags.Names()}");
        if (Meaning.Length > 0)
        {
            line.Append("  ").Append(Meaning);
        }

        if (Edge is { IsReset: true, PayloadLength: > 0 })
        {
            line.Append($"  says \"{Escaped(Edge.Payload)}\"");
            line.Append(Edge.PayloadLength > Math.Min(Edge.Payload.Length, LongestText) ? $" … {Edge.PayloadLength} bytes" : "");
        }

        return line.ToString();
    }

    /// <summary>Whatever a stranger sends must not reach the terminal as it is.</summary>
    private static string Escaped(ReadOnlySpan<byte> payload)
    {
        var text = new StringBuilder();
        foreach (byte value in payload[..Math.Min(payload.Length, LongestText)])
        {
            text.Append(value switch
            {
                (byte)'"' => "\\\"",
                (byte)'\\' => @"\\",
                >= 0x20 and < 0x7f => ((char)value).ToString(),
                _ => $"\\x{value:x2}",
            });
        }

        return text.ToString();
    }
}
