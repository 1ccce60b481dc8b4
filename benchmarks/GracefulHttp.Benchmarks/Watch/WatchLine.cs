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
            line.Append($"  says {Quoted(Edge.Payload)}");
            line.Append(Edge.PayloadLength > Math.Min(Edge.Payload.Length, LongestText) ? $" … {Edge.PayloadLength} bytes" : "");
        }

        return line.ToString();
    }

    private static string Quoted(ReadOnlySpan<byte> payload)
    {
        string text = Encoding.Latin1.GetString(payload[..Math.Min(payload.Length, LongestText)]);
        return $"\"{PrintableText.Escape(text).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
    }
}
