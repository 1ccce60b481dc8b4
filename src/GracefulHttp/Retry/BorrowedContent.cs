using System.Net;

namespace GracefulHttp.Retry;

/// <summary>The caller's content in one attempt: read from its start, not disposed, and known when it is no longer read.</summary>
internal sealed class BorrowedContent : HttpContent
{
    private readonly HttpContent _original;
    private volatile Task _reading = Task.CompletedTask;

    public BorrowedContent(HttpContent original)
    {
        _original = original;
        ContentHeaders.Copy(original, this);
    }

    /// <summary>Completes when nobody reads it, whatever became of the reading.</summary>
    public async Task WhenReturnedAsync() => await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        _reading = _original.CopyToAsync(stream, context, cancellationToken);

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        _original.CopyTo(stream, context, cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = _original.Headers.ContentLength ?? 0;
        return _original.Headers.ContentLength is not null;
    }
}
