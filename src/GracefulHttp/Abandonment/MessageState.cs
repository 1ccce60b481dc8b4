namespace GracefulHttp.Abandonment;

/// <summary>What a redirect changes of the message that it follows.</summary>
internal sealed class MessageState
{
    private const string Authorization = nameof(Authorization);
    private const string TransferEncoding = "Transfer-Encoding";

    private readonly HttpRequestMessage _message;
    private readonly Uri? _uri;
    private readonly HttpMethod _method;
    private readonly HttpContent? _content;
    private readonly string? _authorization;
    private readonly string? _transferEncoding;

    public MessageState(HttpRequestMessage message)
    {
        _message = message;
        _uri = message.RequestUri;
        _method = message.Method;
        _content = message.Content;
        _authorization = Find(Authorization);
        _transferEncoding = Find(TransferEncoding);
    }

    /// <summary>Makes the message again what it was. Nobody else may be using it.</summary>
    public void Restore()
    {
        try
        {
            (_message.RequestUri, _message.Method, _message.Content) = (_uri, _method, _content);
            Restore(Authorization, _authorization);
            Restore(TransferEncoding, _transferEncoding);
        }
        catch (ObjectDisposedException)
        {
            // Nobody sends it again.
        }
    }

    private string? Find(string header) => _message.Headers.NonValidated.TryGetValues(header, out var values) ? values.ToString() : null;

    private void Restore(string header, string? value)
    {
        if (value is not null && Find(header) is null)
        {
            _message.Headers.TryAddWithoutValidation(header, value);
        }
    }
}
