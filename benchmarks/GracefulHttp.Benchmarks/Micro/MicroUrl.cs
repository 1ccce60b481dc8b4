using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Micro;

/// <summary>Where the peer's servers are.</summary>
internal static class MicroUrl
{
    public static Uri Url(this WireProtocol protocol, int port, string query = "")
    {
        string scheme = protocol == WireProtocol.Http ? "http" : "https";
        return new Uri(FormattableString.Invariant($"{scheme}://127.0.0.1:{port}/{(query.Length > 0 ? "?" : "")}{query}"));
    }
}
