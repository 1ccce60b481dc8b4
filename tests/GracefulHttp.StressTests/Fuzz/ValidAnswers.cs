using System.IO.Compression;
using System.Text;

namespace GracefulHttp.StressTests.Fuzz;

/// <summary>What the mutations begin with: one answer of each kind.</summary>
internal static class ValidAnswers
{
    private const byte DataFrame = 0;
    private const byte HeadersFrame = 1;
    private const byte SettingsFrame = 4;
    private const byte Ack = 1;
    private const byte EndStream = 1;
    private const byte EndHeaders = 4;

    private static readonly string Body = string.Concat(Enumerable.Range(0, 40).Select(i => $"{i:D3} quick brown foxes; "));

    /// <summary>HTTP/1.1.</summary>
    public static IReadOnlyList<byte[]> Http1 { get; } =
    [
        Text($"HTTP/1.1 200 OK\r\nContent-Length: {Body.Length}\r\nContent-Type: text/plain\r\nX-One: 1\r\n\r\n{Body}"),
        Text($"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{Chunks()}0\r\n\r\n"),
        Text($"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n{Chunks()}0\r\nX-Sum: 7\r\n\r\n"),
        Text($"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{Body}"),
        Text($"HTTP/1.0 200 OK\r\nServer: old\r\n\r\n{Body}"),
        Text("HTTP/1.1 204 No Content\r\nX-Empty: yes\r\n\r\n"),
        Text("HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n"),
        Text($"HTTP/1.1 500 Internal Server Error\r\nContent-Length: {Body.Length}\r\n\r\n{Body}"),
        Text($"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: {Body.Length}\r\n\r\n{Body}"),
        Text("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nwhatever"),
        Text("HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 5\r\n\r\nmoved"),
        Text("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nSet-Cookie: a=b; Path=/\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ndata:\r\n0\r\n\r\n"),
        [.. Text($"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {Compressed().Length}\r\n\r\n"), .. Compressed()],
    ];

    /// <summary>HTTP/2, the whole of what the server says on the connection.</summary>
    public static IReadOnlyList<byte[]> Http2 { get; } =
    [
        [.. Opening(), .. Frame(HeadersFrame, EndHeaders, 1, [Status200, .. Length(5)]), .. Frame(DataFrame, EndStream, 1, "hello"u8)],
        [.. Opening(), .. Frame(HeadersFrame, EndHeaders, 1, [Status200]), .. Frame(DataFrame, 0, 1, Text(Body)), .. Frame(DataFrame, EndStream, 1, Text(Body))],
        [.. Opening(), .. Frame(HeadersFrame, EndHeaders, 1, [Status200]), .. Frame(DataFrame, 0, 1, "sum"u8), .. Frame(HeadersFrame, EndHeaders | EndStream, 1, Literal("x-sum", "7"))],
        [.. Opening(), .. Frame(HeadersFrame, EndHeaders | EndStream, 1, [Status204])],
        [.. Opening(), .. Frame(HeadersFrame, EndHeaders, 1, [Status200]), .. Frame(3, 0, 1, [0, 0, 0, 2])],
        [.. Opening(), .. Frame(HeadersFrame, EndHeaders, 1, [Status200]), .. Frame(7, 0, 0, [0, 0, 0, 1, 0, 0, 0, 0]), .. Frame(DataFrame, EndStream, 1, "last"u8)],
    ];

    // Indexes of HPACK's static table (RFC 7541, appendix A).
    private const byte Status200 = 0x88;
    private const byte Status204 = 0x89;

    private static byte[] Text(string text) => Encoding.ASCII.GetBytes(text);

    private static string Chunks() => string.Concat(Body.Chunk(100).Select(chunk => $"{chunk.Length:x}\r\n{new string(chunk)}\r\n"));

    private static byte[] Compressed()
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Text(Body));
        }

        return compressed.ToArray();
    }

    private static byte[] Opening() => [.. Frame(SettingsFrame, 0, 0, []), .. Frame(SettingsFrame, Ack, 0, [])];

    private static byte[] Length(int length) => Literal("content-length", length.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Without indexing, name and value in full.</summary>
    private static byte[] Literal(string name, string value) => [0, (byte)name.Length, .. Text(name), (byte)value.Length, .. Text(value)];

    private static byte[] Frame(byte type, byte flags, byte stream, ReadOnlySpan<byte> payload) =>
        [0, (byte)(payload.Length >> 8), (byte)payload.Length, type, flags, 0, 0, 0, stream, .. payload];
}
