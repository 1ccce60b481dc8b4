using System.Threading.Channels;

namespace GracefulHttp.Tests.Abandonment;

/// <summary>A response body whose bytes come when the test gives them; a read's token ends it, as it does on a connection.</summary>
internal sealed class ScriptedBody : Stream
{
    private readonly Channel<byte[]> _pieces = Channel.CreateUnbounded<byte[]>();
    private byte[] _rest = [];

    /// <summary>The buffer that the inner stream was asked to fill last.</summary>
    public Memory<byte> LastBuffer { get; private set; }

    public int Reads { get; private set; }

    /// <summary>Called with each read, before it waits.</summary>
    public Action? OnRead { get; init; }

    public SemaphoreSlim Reading { get; } = new(0);

    public TaskCompletionSource Disposed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public void Give(params byte[] piece) => _pieces.Writer.TryWrite(piece).ShouldBeTrue();

    public void End() => _pieces.Writer.TryComplete();

    public void Fail(Exception exception) => _pieces.Writer.TryComplete(exception);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Reads++;
        LastBuffer = buffer;
        OnRead?.Invoke();
        Reading.Release();
        try
        {
            while (_rest.Length == 0)
            {
                if (!await _pieces.Reader.WaitToReadAsync(cancellationToken))
                {
                    return 0;
                }

                _pieces.Reader.TryRead(out byte[]? piece).ShouldBeTrue();
                _rest = piece!;
            }
        }
        catch (OperationCanceledException)
        {
            Cancelled.TrySetResult();
            throw;
        }

        int count = Math.Min(buffer.Length, _rest.Length);
        _rest.AsSpan(0, count).CopyTo(buffer.Span);
        _rest = _rest[count..];
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("This body answers asynchronous reads only.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        Disposed.TrySetResult();
        base.Dispose(disposing);
    }
}
