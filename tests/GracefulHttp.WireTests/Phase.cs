namespace GracefulHttp.WireTests;

/// <summary>Where the request is when its caller leaves.</summary>
public enum Phase
{
    /// <summary>The server has read the request and has not answered.</summary>
    Headers,

    /// <summary>The headers and the first bytes of a body with a Content-Length have come.</summary>
    ContentLengthBody,

    /// <summary>The headers and the first chunk have come.</summary>
    ChunkedBody,
}
