namespace GracefulHttp.TestKit.Servers;

/// <summary>One request, read to its end.</summary>
/// <param name="Method">As it stands in the request line.</param>
/// <param name="Target">As it stands in the request line.</param>
/// <param name="Version">HTTP/1.1 or HTTP/1.0.</param>
/// <param name="Headers">By name; the values of a repeated one are joined by a comma.</param>
/// <param name="Body">Without its framing.</param>
public sealed record FinBlindRequest(
    string Method, string Target, string Version, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body);
