using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace GracefulHttp.Connections;

/// <summary>
/// Follows the requests that are written to an HTTP/1.1 connection, to know when the last byte of one is out: the end of the
/// headers, then Content-Length bytes or the final chunk (RFC 9112 §6).
/// </summary>
internal sealed class RequestFraming
{
    // Where a line comes in pieces, its beginning is enough to tell what it is.
    private const int KeptLine = 64;

    private readonly byte[] _line = new byte[KeptLine];
    private int _lineLength;
    private bool _inHead;
    private bool _chunked;
    private long _left;
    private Part _part = Part.Head;

    private enum Part
    {
        Head,
        Body,
        ChunkSize,
        Chunk,
        ChunkEnd,
        Trailers,
    }

    /// <summary>Whether the request that ended last has no body.</summary>
    public bool EndedWithHead { get; private set; }

    /// <summary>Whether a request ends exactly with these bytes.</summary>
    public bool Observe(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_part is Part.Body or Part.Chunk)
            {
                int count = (int)Math.Min(_left, bytes.Length);
                bytes = bytes[count..];
                _left -= count;
                if (_left == 0)
                {
                    _part = _part == Part.Chunk ? Part.ChunkEnd : Part.Head;
                }

                continue;
            }

            int end = bytes.IndexOf((byte)'\n');
            ReadOnlySpan<byte> piece = end < 0 ? bytes : bytes[..end];
            if (end < 0 || _lineLength != 0)
            {
                ReadOnlySpan<byte> kept = piece[..Math.Min(piece.Length, KeptLine - _lineLength)];
                kept.CopyTo(_line.AsSpan(_lineLength));
                _lineLength += kept.Length;
                if (end < 0)
                {
                    return false;
                }

                piece = _line.AsSpan(0, _lineLength);
                _lineLength = 0;
            }

            bytes = bytes[(end + 1)..];
            Take(piece.TrimEnd((byte)'\r'));
        }

        return _part == Part.Head && !_inHead;
    }

    /// <summary>Begins anew, after requests that were not followed.</summary>
    public void Reset()
    {
        _part = Part.Head;
        _inHead = false;
        _lineLength = 0;
    }

    private void Take(ReadOnlySpan<byte> line)
    {
        switch (_part)
        {
            case Part.Head when line.IsEmpty:
                EndHead();
                break;
            case Part.Head:
                TakeHeader(line);
                break;
            case Part.ChunkSize:
                int extension = line.IndexOf((byte)';');
                bool parsed = long.TryParse(
                    extension < 0 ? line : line[..extension], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _left);

                // What is no chunk is no HTTP/1.1 any more (an upgraded connection): nothing is claimed of it.
                _part = !parsed ? Part.ChunkSize : _left == 0 ? Part.Trailers : Part.Chunk;
                break;
            case Part.ChunkEnd:
                _part = Part.ChunkSize;
                break;
            case Part.Trailers when line.IsEmpty:
                _part = Part.Head;
                break;
        }
    }

    private void TakeHeader(ReadOnlySpan<byte> line)
    {
        if (!_inHead)
        {
            // The request line.
            _inHead = true;
            _chunked = false;
            _left = 0;
        }
        else if (Is(line, "Content-Length:"u8, out ReadOnlySpan<byte> value))
        {
            _left = Utf8Parser.TryParse(value, out long length, out _) ? length : 0;
        }
        else if (Is(line, "Transfer-Encoding:"u8, out value))
        {
            _chunked |= HasChunked(value);
        }
    }

    private void EndHead()
    {
        _inHead = false;
        EndedWithHead = !_chunked && _left == 0;
        if (_chunked)
        {
            _part = Part.ChunkSize;
        }
        else if (_left != 0)
        {
            _part = Part.Body;
        }
    }

    /// <summary>As the runtime sees it: anywhere in the list, in any case.</summary>
    private static bool HasChunked(ReadOnlySpan<byte> codings)
    {
        foreach (Range coding in codings.Split((byte)','))
        {
            if (Ascii.EqualsIgnoreCase(codings[coding].Trim((byte)' '), "chunked"u8))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Is(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        bool matches = line.Length > name.Length && Ascii.EqualsIgnoreCase(line[..name.Length], name);
        value = matches ? line[name.Length..].Trim((byte)' ') : default;
        return matches;
    }
}
