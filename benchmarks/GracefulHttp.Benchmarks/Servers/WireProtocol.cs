namespace GracefulHttp.Benchmarks.Servers;

/// <summary>What is spoken on the wire.</summary>
internal enum WireProtocol
{
    /// <summary>HTTP/1.1 without TLS.</summary>
    Http,

    /// <summary>HTTP/1.1 over TLS.</summary>
    Https,

    /// <summary>HTTP/2 over TLS.</summary>
    H2,
}
