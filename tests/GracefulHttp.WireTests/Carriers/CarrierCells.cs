using System.Security.Authentication;

namespace GracefulHttp.WireTests.Carriers;

/// <summary>The axes of the theories over HTTP/1.1 and HTTP/2.</summary>
public static class CarrierCells
{
    public static TheoryData<Carrier> All => [.. Enum.GetValues<Carrier>()];

    public static MatrixTheoryData<Carrier, AbandonStrategy> AllStrategies => new(Enum.GetValues<Carrier>(), Enum.GetValues<AbandonStrategy>());

    /// <summary>Carrier; whether the request has headers, without which HTTP/2 does not tell of it; whether its caller has suppressed the flow.</summary>
    public static MatrixTheoryData<Carrier, bool, bool> Ways => new(Enum.GetValues<Carrier>(), [true, false], [true, false]);

    public static bool IsHttp2(this Carrier carrier) => carrier is Carrier.Http2 or Carrier.Http2OverTls;

    public static SslProtocols Tls(this Carrier carrier) =>
        carrier is Carrier.Https or Carrier.Http2OverTls ? SslProtocols.Tls13 : SslProtocols.None;
}
