namespace GracefulHttp.WireTests.UsersStreams;

/// <summary>A stream of the user's around another: no <see cref="System.Net.Sockets.NetworkStream"/>, and not always well behaved.</summary>
internal sealed class UsersStream(Stream inner) : Stream
{
    private int _reads;
    private int _writes;
    private int _reading;

    /// <summary>Whether tokens are handed down, or forgotten.</summary>
    public bool HandsTokensDown { get; init; } = true;

    /// <summary>Called first when it is disposed.</summary>
    public Action OnDispose { get; init; } = static () => { };

    /// <summary>Called when a write is out, and holds its end.</summary>
    public Func<CancellationToken, Task> AfterWrite { get; init; } = static _ => Task.CompletedTask;

    public int Reads => Volatile.Read(ref _reads);

    public int Writes => Volatile.Read(ref _writes);

    public bool IsDisposed { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>One at a time, as a TLS session allows.</summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _reads);
        if (Interlocked.Exchange(ref _reading, 1) != 0)
        {
            throw new NotSupportedException("A read is pending already.");
        }

        try
        {
            return await inner.ReadAsync(buffer, HandsTokensDown ? cancellationToken : CancellationToken.None);
        }
        finally
        {
            Volatile.Write(ref _reading, 0);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _writes);
        await inner.WriteAsync(buffer, HandsTokensDown ? cancellationToken : CancellationToken.None);
        await AfterWrite(cancellationToken);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override int Read(Span<byte> buffer) => inner.Read(buffer);

    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

    public override void Write(ReadOnlySpan<byte> buffer) => inner.Write(buffer);

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            IsDisposed = true;
            OnDispose();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
