namespace GracefulHttp.WireTests.Carriers;

/// <summary>What carries the requests: HTTP/1.1 to a server that is blind to the client's FIN, or HTTP/2 to Kestrel.</summary>
public enum Carrier
{
    Http,
    Https,
    Http2,
    Http2OverTls,
}
