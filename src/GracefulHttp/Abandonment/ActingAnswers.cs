using System.Runtime.CompilerServices;

namespace GracefulHttp.Abandonment;

/// <summary>
/// The messages of which an answer's header has been read that acts for the caller, where the request scope cannot be told: an
/// HTTP/2 connection reads for many requests. Filled by such headers only, so that the rest costs a field read.
/// </summary>
internal static class ActingAnswers
{
    // Weak: a message may be a copy that a handler below us has made, and nobody tells us of its end.
    private static readonly ConditionalWeakTable<HttpRequestMessage, object> Read = [];
    private static readonly object Mark = new();
    private static volatile bool _isUsed;

    public static void Note(HttpRequestMessage message)
    {
        _isUsed = true;
        Read.AddOrUpdate(message, Mark);

        // Whoever reads headers looks for an abandoned request next, and who abandons one looks here next: one of them finds it.
        Interlocked.MemoryBarrier();
    }

    public static bool Contains(HttpRequestMessage message) => _isUsed && Read.TryGetValue(message, out _);

    /// <summary>What was read does not count any more: the message is sent once more, or its answer is there.</summary>
    public static void Forget(HttpRequestMessage message)
    {
        if (Contains(message))
        {
            Read.Remove(message);
        }
    }
}
