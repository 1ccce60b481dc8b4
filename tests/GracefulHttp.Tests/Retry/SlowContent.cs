using System.Net;
using GracefulHttp.TestKit;

namespace GracefulHttp.Tests.Retry;

/// <summary>A body of ten bytes that come when the test wants them.</summary>
internal sealed class SlowContent(bool ignoresTokens) : HttpContent
{
    private readonly byte[] _bytes = "ten bytes!"u8.ToArray();

    public SyncPoint Held { get; } = new();

    /// <summary>What a synchronous reader waits for.</summary>
    public Action<CancellationToken> Wait { get; init; } = static _ => { };

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await Held.ArriveAsync(ignoresTokens ? CancellationToken.None : cancellationToken);
        await stream.WriteAsync(_bytes, CancellationToken.None);
    }

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Wait(cancellationToken);
        stream.Write(_bytes);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _bytes.Length;
        return true;
    }
}
