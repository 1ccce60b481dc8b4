using System.Net;
using GracefulHttp.TestKit;

namespace GracefulHttp.WireTests.Endings;

/// <summary>A request body of which the first bytes are sent, and no more until it is let go: no write is in flight meanwhile.</summary>
/// <param name="firstBytes">How many; with none the request is held behind its head.</param>
internal sealed class HeldUpload(int firstBytes = 100_000) : HttpContent
{
    public SyncPoint Held { get; } = new();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(new byte[firstBytes], cancellationToken);
        await stream.FlushAsync(cancellationToken);
        cancellationToken.Register(Held.Release);
        await Held.ArriveAsync();
        cancellationToken.ThrowIfCancellationRequested();
        await stream.WriteAsync(new byte[firstBytes], cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 2 * firstBytes;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        Held.Release();
        base.Dispose(disposing);
    }
}
