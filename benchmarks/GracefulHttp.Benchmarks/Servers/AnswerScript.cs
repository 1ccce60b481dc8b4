using System.Buffers.Text;

namespace GracefulHttp.Benchmarks.Servers;

/// <summary>How a request asks to be answered: at once, or with a part of the answer late.</summary>
/// <param name="Delay">How late; zero for a fast answer.</param>
/// <param name="LateBody">Whether the headers and half of the body go out at once and only the rest is late.</param>
/// <remarks>The whole convention is the query <c>?delay=120&amp;phase=body</c>, on any path. It passes through reverse proxies.</remarks>
internal readonly record struct AnswerScript(TimeSpan Delay, bool LateBody)
{
    private const int LongestDelayInMilliseconds = 60_000;

    public bool IsSlow => Delay > TimeSpan.Zero;

    /// <summary>The query of a request that wants to be answered late.</summary>
    public static string Query(TimeSpan delay, string phase) =>
        FormattableString.Invariant($"delay={(long)delay.TotalMilliseconds}&phase={phase}");

    /// <summary>Reads the script out of a query, or out of anything that contains one.</summary>
    public static AnswerScript Parse(ReadOnlySpan<byte> query)
    {
        int at = query.IndexOf("delay="u8);
        if (at < 0 || !Utf8Parser.TryParse(query[(at + "delay=".Length)..], out int milliseconds, out _) || milliseconds <= 0)
        {
            return default;
        }

        var delay = TimeSpan.FromMilliseconds(Math.Min(milliseconds, LongestDelayInMilliseconds));
        return new AnswerScript(delay, query.IndexOf("phase=body"u8) >= 0);
    }
}
