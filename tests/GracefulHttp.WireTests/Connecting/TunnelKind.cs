namespace GracefulHttp.WireTests.Connecting;

/// <summary>A proxy that passes bytes on without understanding them.</summary>
public enum TunnelKind
{
    /// <summary>An HTTP proxy's CONNECT.</summary>
    HttpConnect,

    /// <summary>The same, with TLS to the proxy too: two sessions, one in the other.</summary>
    HttpsConnect,

    Socks5,
}
