using System.Buffers.Text;

namespace GracefulHttp.Benchmarks.Servers;

/// <summary>How a request asks to be answered: at once, with a part of the answer late, with a long body, or never.</summary>
/// <param name="Delay">How late; zero for a fast answer.</param>
/// <param name="LateBody">Whether the headers and half of the body go out at once and only the rest is late.</param>
/// <param name="Size">The length of a long body; zero for the usual one. Only the FIN-blind server sends one.</param>
/// <param name="IsHeld">Whether it is never answered. Only the FIN-blind server does that.</param>
/// <remarks>
/// The whole convention is the query <c>?delay=120&amp;phase=body</c>, <c>?size=10485760</c> or <c>?hold</c>, on any path. It
/// passes through reverse proxies.
/// </remarks>
internal readonly record struct AnswerScript(TimeSpan Delay, bool LateBody, int Size = 0, bool IsHeld = false)
{
    /// <summary>The query of a request that shall never be answered.</summary>
    public const string HoldQuery = "hold";

    private const int LongestDelayInMilliseconds = 60_000;

    public bool IsSlow => Delay > TimeSpan.Zero;

    /// <summary>The query of a request that wants to be answered late.</summary>
    public static string Query(TimeSpan delay, string phase) =>
        FormattableString.Invariant($"delay={(long)delay.TotalMilliseconds}&phase={phase}");

    /// <summary>The query of a request that wants a body of this length.</summary>
    public static string SizeQuery(int size) => FormattableString.Invariant($"size={size}");

    /// <summary>Reads the script out of a query, or out of anything that contains one.</summary>
    public static AnswerScript Parse(ReadOnlySpan<byte> query)
    {
        int milliseconds = Number(query, "delay="u8);
        if (milliseconds <= 0)
        {
            return new AnswerScript(default, default, Math.Max(0, Number(query, "size="u8)), query.IndexOf("?hold"u8) >= 0);
        }

        var delay = TimeSpan.FromMilliseconds(Math.Min(milliseconds, LongestDelayInMilliseconds));
        return new AnswerScript(delay, query.IndexOf("phase=body"u8) >= 0);
    }

    private static int Number(ReadOnlySpan<byte> query, ReadOnlySpan<byte> key)
    {
        int at = query.IndexOf(key);
        return at >= 0 && Utf8Parser.TryParse(query[(at + key.Length)..], out int value, out _) ? value : 0;
    }
}
