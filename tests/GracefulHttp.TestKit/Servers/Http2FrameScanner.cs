using System.Buffers.Binary;

namespace GracefulHttp.TestKit.Servers;

/// <summary>Walks over the frames of one client connection (RFC 9113 §4.1), in pieces of any size.</summary>
internal sealed class Http2FrameScanner(Http2FrameLog log)
{
    private const int PrefaceLength = 24;
    private const int HeaderLength = 9;
    private const byte RstStream = 0x3;

    private readonly byte[] _header = new byte[HeaderLength];
    private int _headerFilled;
    private int _skip = PrefaceLength;

    public void Scan(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_skip > 0)
            {
                int skipped = Math.Min(_skip, bytes.Length);
                _skip -= skipped;
                bytes = bytes[skipped..];
                continue;
            }

            int taken = Math.Min(HeaderLength - _headerFilled, bytes.Length);
            bytes[..taken].CopyTo(_header.AsSpan(_headerFilled));
            _headerFilled += taken;
            bytes = bytes[taken..];
            if (_headerFilled == HeaderLength)
            {
                _headerFilled = 0;
                _skip = (_header[0] << 16) | (_header[1] << 8) | _header[2];
                if (_header[3] == RstStream)
                {
                    log.AddReset(BinaryPrimitives.ReadInt32BigEndian(_header.AsSpan(5)) & int.MaxValue);
                }
            }
        }
    }
}
