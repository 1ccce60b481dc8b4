using System.Net;

namespace GracefulHttp.Abandonment;

/// <summary>The content of a response that its caller holds; same headers, same bytes, but it can be left at any moment.</summary>
internal sealed class GracefulHttpContent : HttpContent
{
    private readonly AbandonableBody _body;
    private bool _consumed;

    public GracefulHttpContent(HttpContent inner, AbandonableBody body)
    {
        _body = body;
        foreach (var header in inner.Headers.NonValidated)
        {
            if (header.Value.Count == 1)
            {
                Headers.TryAddWithoutValidation(header.Key, header.Value.ToString());
            }
            else
            {
                Headers.TryAddWithoutValidation(header.Key, header.Value);
            }
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Consume();
        return _body.CopyToAsync(stream, cancellationToken).AsTask();
    }

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        CreateContentReadStream(cancellationToken).CopyTo(stream);

    protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult(CreateContentReadStream(CancellationToken.None));

    protected override Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) => CreateContentReadStreamAsync();

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken)
    {
        Consume();
        return new GracefulResponseStream(_body);
    }

    protected override bool TryComputeLength(out long length)
    {
        // Where it is known it is a header.
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _body.Leave();
        }

        base.Dispose(disposing);
    }

    private void Consume()
    {
        if (_consumed)
        {
            throw new InvalidOperationException("The stream was already consumed. It cannot be read again.");
        }

        _consumed = true;
    }
}
