using System.Buffers.Binary;
using GracefulHttp.TestKit;

namespace GracefulHttp.WireTests.UsersView;

/// <summary>Reads what an HTTP/2 client sends without TLS, and counts the keep-alive pings in it (RFC 9113 §4.1, §6.7).</summary>
internal sealed class PingCounter(int expected)
{
    private const int PrefaceLength = 24;
    private const int FrameHeaderLength = 9;
    private const byte PingFrame = 6;
    private const byte AckFlag = 1;

    private readonly List<byte> _unread = [];
    private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _prefaceRead;
    private int _count;

    /// <summary>Completes with the last ping that is expected.</summary>
    public Task SeenAsync() => _seen.Task.WithinAsync();

    public void Add(ReadOnlyMemory<byte> bytes)
    {
        _unread.AddRange(bytes.Span);
        if (!_prefaceRead && _unread.Count >= PrefaceLength)
        {
            _unread.RemoveRange(0, PrefaceLength);
            _prefaceRead = true;
        }

        while (_prefaceRead && _unread.Count >= FrameHeaderLength)
        {
            byte[] header = [.. _unread.Take(FrameHeaderLength)];
            int length = header[0] << 16 | header[1] << 8 | header[2];
            if (_unread.Count < FrameHeaderLength + length)
            {
                return;
            }

            // The runtime numbers its keep-alive pings upwards, and those that measure the round trip downwards from -1.
            bool isPing = header[3] == PingFrame && (header[4] & AckFlag) == 0;
            if (isPing && BinaryPrimitives.ReadInt64BigEndian([.. _unread.Skip(FrameHeaderLength).Take(length)]) > 0 && ++_count == expected)
            {
                _seen.SetResult();
            }

            _unread.RemoveRange(0, FrameHeaderLength + length);
        }
    }
}
