using System.Text;

namespace GracefulHttp.Abandonment;

/// <summary>
/// The two hooks of a <see cref="SocketsHttpHandler"/> through which an abandoned request is kept from acting: the runtime asks
/// for the encoding of each request header as it is sent, and of each response header as it is read.
/// </summary>
internal sealed class RequestHooks
{
    private readonly HeaderEncodingSelector<HttpRequestMessage>? _requestEncoding;
    private readonly HeaderEncodingSelector<HttpRequestMessage>? _responseEncoding;
    private readonly SocketsHttpHandler _handler;
    private readonly bool _followsRedirects;
    private readonly bool _authenticates;
    private readonly bool _keepsCookies;
    private bool _authenticatesToProxy;

    private RequestHooks(SocketsHttpHandler handler)
    {
        _handler = handler;
        _requestEncoding = handler.RequestHeaderEncodingSelector;
        _responseEncoding = handler.ResponseHeaderEncodingSelector;
        _followsRedirects = handler.AllowAutoRedirect;
        _authenticates = handler.Credentials is not null;
        _authenticatesToProxy = HasProxyCredentials;
        _keepsCookies = handler.UseCookies;
    }

    /// <summary>As the runtime looks for them, which it does once: with the handler's first request, soon after the hooks are put on.</summary>
    private bool HasProxyCredentials =>
        _handler.UseProxy && ((_handler.Proxy ?? HttpClient.DefaultProxy).Credentials ?? _handler.DefaultProxyCredentials) is not null;

    /// <summary>Puts the hooks on a handler, around the user's own; once.</summary>
    /// <exception cref="InvalidOperationException">The handler has already sent a request.</exception>
    public static void Attach(SocketsHttpHandler handler)
    {
        if (!AreAttached(handler))
        {
            var hooks = new RequestHooks(handler);
            handler.RequestHeaderEncodingSelector = hooks.OnRequestHeader;
            handler.ResponseHeaderEncodingSelector = hooks.OnResponseHeader;
        }
    }

    public static bool AreAttached(SocketsHttpHandler handler) => handler.RequestHeaderEncodingSelector?.Target is RequestHooks;

    private Encoding? OnRequestHeader(string name, HttpRequestMessage request)
    {
        // A CONNECT flows with the request for which the tunnel is built, and says nothing of it.
        if (request.Method != HttpMethod.Connect
            && RequestScope.Current is { } scope
            && !scope.TrySerialize(request))
        {
            // The runtime maps it to the request's (our) token and leaves an HTTP/2 connection healthy.
            throw new OperationCanceledException("The request was abandoned before it was sent.");
        }

        ActingAnswers.Forget(request);

        return _requestEncoding?.Invoke(name, request);
    }

    /// <remarks>Throwing here would kill an HTTP/2 connection; cancelling the one request does not.</remarks>
    private Encoding? OnResponseHeader(string name, HttpRequestMessage request)
    {
        if (ActsForTheCaller(name, out UnsentReason unsent))
        {
            // First noted, for its caller may leave in this moment, or before the rest of the headers has been read.
            if (RequestScope.Current?.TryNoteActing(request) != true)
            {
                ActingAnswers.Note(request);
            }

            if (AbandonedMessages.Find(request) is { } abandoned)
            {
                // Over HTTP/2 the end does not come in time where the runtime is still sending.
                abandoned.StopActing(unsent);
                return UnreadEncoding.Instance;
            }
        }

        return _responseEncoding?.Invoke(name, request);
    }

    /// <param name="name">The header's name.</param>
    /// <param name="unsent">The request that its answer would be; none where it is a cookie.</param>
    private bool ActsForTheCaller(string name, out UnsentReason unsent)
    {
        unsent = _followsRedirects && Is(name, "Location") ? UnsentReason.Redirect
            : (_authenticates && Is(name, "WWW-Authenticate"))
                || (Is(name, "Proxy-Authenticate") && (_authenticatesToProxy |= HasProxyCredentials)) ? UnsentReason.Authentication
            : UnsentReason.None;
        return unsent != UnsentReason.None || (_keepsCookies && (Is(name, "Set-Cookie") || Is(name, "Set-Cookie2")));
    }

    private static bool Is(string name, string other) => string.Equals(name, other, StringComparison.OrdinalIgnoreCase);
}
