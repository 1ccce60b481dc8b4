using System.Buffers.Text;

namespace GracefulHttp.Benchmarks.Servers;

/// <summary>How a request asks to be answered: at once, with a part of the answer late, with a long body, or when it is released.</summary>
/// <param name="Delay">How late; zero for a fast answer.</param>
/// <param name="LateBody">Whether the headers and half of the body go out at once and only the rest is late.</param>
/// <param name="Size">The length of a long body; zero for the usual one. Only the FIN-blind server sends one.</param>
/// <param name="IsHeld">Whether the answer, or its second half, is held until the server is told to release it.</param>
/// <param name="Outlives">Whether the work goes on when the client has left, as on the FIN-blind server it always does.</param>
/// <param name="IsCounts">Whether it asks for what the server has counted, where <c>serve</c> tells that.</param>
/// <remarks>
/// The whole convention is the query <c>?delay=120&amp;phase=body</c>, <c>?size=10485760</c> or <c>?hold&amp;phase=body</c>, on any
/// path; <c>&amp;outlive</c> goes with all of them. It passes through reverse proxies.
/// </remarks>
internal readonly record struct AnswerScript(
    TimeSpan Delay, bool LateBody, int Size = 0, bool IsHeld = false, bool Outlives = false, bool IsCounts = false)
{
    /// <summary>The query of a request that shall not be answered until it is released.</summary>
    public const string HoldQuery = "hold";

    /// <summary>Added to a query: the work goes on when the client has left.</summary>
    public const string OutliveQuery = "&outlive";

    /// <summary>However late a request asks for its answer.</summary>
    public static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    public bool IsSlow => Delay > TimeSpan.Zero || IsHeld;

    /// <summary>The query of a request that wants to be answered late.</summary>
    public static string Query(TimeSpan delay, string phase) =>
        FormattableString.Invariant($"delay={(long)delay.TotalMilliseconds}&phase={phase}");

    /// <summary>The query of a request of which a part shall not be answered until it is released.</summary>
    public static string HeldQuery(string phase) => $"{HoldQuery}&phase={phase}";

    /// <summary>The query of a request that wants a body of this length.</summary>
    public static string SizeQuery(int size) => FormattableString.Invariant($"size={size}");

    /// <summary>Reads the script out of a query, or out of anything that contains one.</summary>
    public static AnswerScript Parse(ReadOnlySpan<byte> query)
    {
        int milliseconds = Math.Clamp(Number(query, "delay="u8), 0, (int)LongestDelay.TotalMilliseconds);
        return new AnswerScript(
            TimeSpan.FromMilliseconds(milliseconds),
            query.IndexOf("phase=body"u8) >= 0,
            Math.Max(0, Number(query, "size="u8)),
            milliseconds == 0 && query.IndexOf("?hold"u8) >= 0,
            query.IndexOf("&outlive"u8) >= 0,
            query.IndexOf("?counts"u8) >= 0);
    }

    private static int Number(ReadOnlySpan<byte> query, ReadOnlySpan<byte> key)
    {
        int at = query.IndexOf(key);
        return at >= 0 && Utf8Parser.TryParse(query[(at + key.Length)..], out int value, out _) ? value : 0;
    }
}
