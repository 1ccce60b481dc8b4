using System.Net;
using GracefulHttp.TestKit;

namespace GracefulHttp.WireTests.Http2;

/// <summary>A request body that goes on behind its answer: the first bytes, and no more until it is let go or ended.</summary>
internal sealed class DuplexUpload : HttpContent
{
    public SyncPoint Held { get; } = new();

    /// <summary>What ends it.</summary>
    public CancellationToken Ending { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Ending = cancellationToken;
        await stream.WriteAsync(new byte[10], cancellationToken);
        await stream.FlushAsync(cancellationToken);
        await Held.ArriveAsync(cancellationToken);
        await stream.WriteAsync(new byte[10], cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
