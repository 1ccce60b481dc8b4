using System.Buffers;
using System.IO.Pipelines;

namespace GracefulHttp.TestKit.Servers;

/// <summary>Passes everything through and looks, once, at each byte that the server consumes.</summary>
internal sealed class FrameLoggingReader(PipeReader inner, Http2FrameLog log) : PipeReader
{
    private readonly Http2FrameScanner _scanner = new(log);
    private ReadOnlySequence<byte> _buffer;

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        foreach (ReadOnlyMemory<byte> segment in _buffer.Slice(_buffer.Start, consumed))
        {
            _scanner.Scan(segment.Span);
        }

        // The memory belongs to the pipe again after AdvanceTo.
        _buffer = default;
        inner.AdvanceTo(consumed, examined);
    }

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        ReadResult result = await inner.ReadAsync(cancellationToken);
        _buffer = result.Buffer;
        return result;
    }

    public override bool TryRead(out ReadResult result)
    {
        bool any = inner.TryRead(out result);
        _buffer = result.Buffer;
        return any;
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);
}
