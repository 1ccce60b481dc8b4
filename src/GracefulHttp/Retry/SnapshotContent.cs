using System.Net;

namespace GracefulHttp.Retry;

/// <summary>A copy of the caller's content for one attempt, with the same headers and the same framing.</summary>
internal sealed class SnapshotContent : HttpContent
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly bool _tellsLength;

    public SnapshotContent(HttpContent original, ReadOnlyMemory<byte> bytes)
    {
        _bytes = bytes;

        // JSON, for one, is sent in chunks, and stays so.
        _tellsLength = original.Headers.ContentLength is not null;
        ContentHeaders.Copy(original, this);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        stream.WriteAsync(_bytes, cancellationToken).AsTask();

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        stream.Write(_bytes.Span);

    protected override bool TryComputeLength(out long length)
    {
        length = _bytes.Length;
        return _tellsLength;
    }
}
