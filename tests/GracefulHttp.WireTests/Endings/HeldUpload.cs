using System.Net;
using GracefulHttp.TestKit;

namespace GracefulHttp.WireTests.Endings;

/// <summary>A request body of which the first bytes are sent, and no more until it is let go: no write is in flight meanwhile.</summary>
/// <param name="firstBytes">More than the runtime buffers before it writes.</param>
internal sealed class HeldUpload(int firstBytes = 100_000) : HttpContent
{
    public SyncPoint Held { get; } = new();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(new byte[firstBytes], cancellationToken);
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
