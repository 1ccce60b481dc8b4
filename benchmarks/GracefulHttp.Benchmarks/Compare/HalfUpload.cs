using System.Net;

namespace GracefulHttp.Benchmarks.Compare;

/// <summary>Content whose second half never comes: whoever sends it is in the middle of it until he leaves.</summary>
internal sealed class HalfUpload : HttpContent
{
    private const int Length = 2048;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(new byte[Length / 2], cancellationToken);
        await stream.FlushAsync(cancellationToken);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = Length;
        return true;
    }
}
