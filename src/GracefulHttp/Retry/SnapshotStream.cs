using System.Buffers;

namespace GracefulHttp.Retry;

/// <summary>Keeps what is written to it, up to a size; beyond it, it keeps nothing and says so.</summary>
internal sealed class SnapshotStream(int maxSize) : Stream
{
    private readonly ArrayBufferWriter<byte> _written = new();

    public bool IsOverflown { get; private set; }

    public ReadOnlyMemory<byte> Bytes => _written.WrittenMemory;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        IsOverflown |= _written.WrittenCount + buffer.Length > maxSize;
        if (IsOverflown)
        {
            _written.Clear();
        }
        else
        {
            _written.Write(buffer);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
