namespace GracefulHttp.Retry;

/// <summary>Whether a request may reach its server twice.</summary>
internal static class Idempotency
{
    private const string KeyHeader = "Idempotency-Key";

    // RFC 9110 §9.2.2: the safe ones, PUT and DELETE.
    private static readonly HttpMethod[] Methods =
        [HttpMethod.Get, HttpMethod.Head, HttpMethod.Options, HttpMethod.Trace, HttpMethod.Put, HttpMethod.Delete];

    public static bool Has(HttpRequestMessage request) =>
        Array.IndexOf(Methods, request.Method) >= 0 || request.Headers.NonValidated.Contains(KeyHeader);
}
