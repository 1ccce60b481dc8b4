using System.Diagnostics;

namespace GracefulHttp.Diagnostics;

/// <summary>The tags that the runtime's own instruments carry, with the values that it gives them.</summary>
internal static class RuntimeTags
{
    public const string ServerAddress = "server.address";
    public const string ServerPort = "server.port";
    public const string Scheme = "url.scheme";
    public const string Method = "http.request.method";
    public const string ProtocolVersion = "network.protocol.version";
    public const string ErrorType = "error.type";
    public const string ResendCount = "http.request.resend_count";

    // What has no bounds does not belong into a tag.
    private const string OtherMethod = "_OTHER";

    private static readonly Dictionary<string, string> KnownMethods = new[] { "GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "TRACE", "PATCH", "CONNECT", "QUERY" }
        .ToDictionary(static method => method, StringComparer.OrdinalIgnoreCase);

    public static void AddTo(ref TagList tags, Uri? uri, HttpMethod method)
    {
        if (uri is { IsAbsoluteUri: true })
        {
            tags.Add(Scheme, uri.Scheme);
            tags.Add(ServerAddress, uri.IdnHost);
            tags.Add(ServerPort, uri.Port);
        }

        tags.Add(Method, KnownMethods.GetValueOrDefault(method.Method, OtherMethod));
    }

    public static string Of(Version version) => version switch
    {
        { Major: 1, Minor: 0 } => "1.0",
        { Major: 1, Minor: 1 } => "1.1",
        { Major: 2, Minor: 0 } => "2",
        { Major: 3, Minor: 0 } => "3",
        _ => version.ToString(),
    };

    public static string Of(Exception exception)
    {
        HttpRequestError error = exception switch
        {
            HttpRequestException e => e.HttpRequestError,
            HttpIOException e => e.HttpRequestError,
            _ => HttpRequestError.Unknown,
        };
        return error switch
        {
            HttpRequestError.NameResolutionError => "name_resolution_error",
            HttpRequestError.ConnectionError => "connection_error",
            HttpRequestError.SecureConnectionError => "secure_connection_error",
            HttpRequestError.HttpProtocolError => "http_protocol_error",
            HttpRequestError.ExtendedConnectNotSupported => "extended_connect_not_supported",
            HttpRequestError.VersionNegotiationError => "version_negotiation_error",
            HttpRequestError.UserAuthenticationError => "user_authentication_error",
            HttpRequestError.ProxyTunnelError => "proxy_tunnel_error",
            HttpRequestError.InvalidResponse => "invalid_response",
            HttpRequestError.ResponseEnded => "response_ended",
            HttpRequestError.ConfigurationLimitExceeded => "configuration_limit_exceeded",
            _ => exception.GetType().FullName!,
        };
    }
}
