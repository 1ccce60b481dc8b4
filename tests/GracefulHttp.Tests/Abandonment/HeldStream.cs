using GracefulHttp.TestKit;

namespace GracefulHttp.Tests.Abandonment;

/// <summary>A destination that holds each write until the test lets it go.</summary>
internal sealed class HeldStream : MemoryStream
{
    public SyncPoint Held { get; } = new();

    public byte[] Written => ToArray();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await Held.ArriveAsync();
        await base.WriteAsync(buffer, CancellationToken.None);
    }
}
