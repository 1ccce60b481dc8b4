using System.Net;

namespace GracefulHttp.RealServers.Client;

/// <summary>A body whose beginning is sent, and no more.</summary>
/// <param name="begun">Told when the beginning is out.</param>
internal sealed class HeldContent(TaskCompletionSource begun) : HttpContent
{
    private const int Beginning = 64 * 1024;
    private const int Length = 1024 * 1024;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(new byte[Beginning], cancellationToken);
        begun.TrySetResult();
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = Length;
        return true;
    }
}
