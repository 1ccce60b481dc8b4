namespace GracefulHttp.Abandonment;

/// <summary>
/// What the transport layer has to know of the request that it carries: whether its connection shall end without grace.
/// </summary>
/// <remarks>
/// It flows with the request to the connection's writes (HTTP/1.1), and the connection keeps the last one. So it holds
/// nothing of the caller's, and is never pooled: an idle connection may still look at it.
/// </remarks>
internal sealed class RequestScope
{
    private static readonly AsyncLocal<RequestScope?> Flowing = new();

    private volatile bool _aborted;

    public static RequestScope? Current
    {
        get => Flowing.Value;
        set => Flowing.Value = value;
    }

    /// <summary>Whether the request was abandoned on the rung Abort.</summary>
    public bool IsAborted => _aborted;

    public void Abort() => _aborted = true;
}
