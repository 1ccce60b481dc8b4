namespace GracefulHttp.StressTests.Storm;

internal enum Protocol
{
    Http,
    Https,

    /// <summary>HTTP/2 over TLS.</summary>
    Http2,

    /// <summary>HTTP/2 by prior knowledge.</summary>
    Http2Clear,
}
