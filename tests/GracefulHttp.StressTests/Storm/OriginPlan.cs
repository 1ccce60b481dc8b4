namespace GracefulHttp.StressTests.Storm;

/// <summary>A server of a round.</summary>
/// <param name="Protocol">What it speaks.</param>
/// <param name="IsRough">Whether it misbehaves. On one that does not, no request fails that nobody has left.</param>
/// <param name="Restarts">Whether it is restarted now and then.</param>
internal sealed record OriginPlan(Protocol Protocol, bool IsRough, bool Restarts = false)
{
    public bool IsHttp2 => Protocol is Protocol.Http2 or Protocol.Http2Clear;

    public bool IsSecure => Protocol is Protocol.Https or Protocol.Http2;
}
