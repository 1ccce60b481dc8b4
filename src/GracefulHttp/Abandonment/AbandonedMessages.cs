using System.Collections.Concurrent;

namespace GracefulHttp.Abandonment;

/// <summary>
/// The messages of abandoned requests that still run. Filled only when a request is abandoned, so that asking costs a field
/// read otherwise.
/// </summary>
internal static class AbandonedMessages
{
    // By identity: HttpRequestMessage does not override equality.
    private static readonly ConcurrentDictionary<HttpRequestMessage, AbandonedRequest> Running = new();
    private static int _count;

    public static void Add(HttpRequestMessage message, AbandonedRequest request)
    {
        if (Running.TryAdd(message, request))
        {
            Interlocked.Increment(ref _count);
        }
    }

    /// <summary>Removes this request only: a later one may have the same message.</summary>
    public static void Remove(HttpRequestMessage message, AbandonedRequest request)
    {
        if (Running.TryRemove(new(message, request)))
        {
            Interlocked.Decrement(ref _count);
        }
    }

    public static AbandonedRequest? Find(HttpRequestMessage message) =>
        Volatile.Read(ref _count) == 0 ? null : Running.GetValueOrDefault(message);
}
