namespace GracefulHttp.WireTests.UsersStreams;

/// <summary>A user's stream around another: nothing of ours, and not always well behaved.</summary>
internal sealed class PassingStream(Stream inner) : Stream
{
    /// <summary>Whether tokens are handed down, or forgotten.</summary>
    public bool HandsTokensDown { get; init; } = true;

    /// <summary>Called first when it is disposed.</summary>
    public Action OnDispose { get; init; } = static () => { };

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override int Read(Span<byte> buffer) => inner.Read(buffer);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.ReadAsync(buffer, HandsTokensDown ? cancellationToken : CancellationToken.None);

    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

    public override void Write(ReadOnlySpan<byte> buffer) => inner.Write(buffer);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.WriteAsync(buffer, HandsTokensDown ? cancellationToken : CancellationToken.None);

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            OnDispose();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
