using GracefulHttp.TestKit;

namespace GracefulHttp.WireTests.Responses;

/// <summary>A caller's stream that holds the write to it, and looks whether the bytes it was given stay what they were.</summary>
internal sealed class HeldDestination : MemoryStream
{
    private ReadOnlyMemory<byte> _given;
    private byte[] _asGiven = [];

    /// <summary>Where the first write is held.</summary>
    public SyncPoint Held { get; } = new();

    /// <summary>Whether the memory of the write that is held has been written to.</summary>
    public bool IsAsGiven => _given.Span.SequenceEqual(_asGiven);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _given = buffer;
        _asGiven = buffer.ToArray();
        await Held.ArriveAsync();
        await base.WriteAsync(buffer, CancellationToken.None);
    }
}
