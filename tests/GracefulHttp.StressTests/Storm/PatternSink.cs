namespace GracefulHttp.StressTests.Storm;

/// <summary>Takes a body, and looks at each of its bytes; in the middle of it its caller may leave.</summary>
internal sealed class PatternSink(RequestRecord record, Action leave) : Stream
{
    private readonly int _leaveAt = record.Plan.Instant == Instant.MidBody ? record.Plan.Measure : int.MaxValue;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => Count;

    public override long Position
    {
        get => Count;
        set => throw new NotSupportedException();
    }

    /// <summary>How much has come.</summary>
    public long Count { get; private set; }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (!Pattern.Matches(buffer, record.Plan.Id, Count))
        {
            record.Fault($"was answered with bytes that are not its own, between {Count} and {Count + buffer.Length}");
        }

        bool wasBefore = Count < _leaveAt;
        Count += buffer.Length;
        if (wasBefore && Count >= _leaveAt)
        {
            leave();
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
