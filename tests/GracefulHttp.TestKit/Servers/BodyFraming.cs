namespace GracefulHttp.TestKit.Servers;

/// <summary>How the end of a response body is told (RFC 9112 §6).</summary>
public enum BodyFraming
{
    ContentLength,
    Chunked,

    /// <summary>The body ends with the connection.</summary>
    CloseDelimited,
}
