using System.IO.Compression;
using System.Text;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.WireTests.Drains;

/// <summary>An answer in two pieces, between which it can be held.</summary>
/// <param name="First">Before the hold.</param>
/// <param name="Rest">After it; never empty.</param>
/// <param name="HeadersComeFirst">Whether a caller has its response when the answer is held between the two.</param>
internal sealed record HeldAnswer(byte[] First, byte[] Rest, bool HeadersComeFirst)
{
    private const string Ok = "HTTP/1.1 200 OK\r\n";
    private const string Chunked = Ok + "Transfer-Encoding: chunked\r\n\r\n";

    public static HeldAnswer Of(AnswerShape shape) => shape switch
    {
        AnswerShape.ContentLength => InBody(Ok + "Content-Length: 8\r\n\r\nhalf", "half"),
        AnswerShape.EmptyBody => InHeaders("200 OK", "Content-Length: 0"),
        AnswerShape.Chunked => InBody(Chunked + "4\r\nhalf\r\n", "4\r\nhalf\r\n0\r\n\r\n"),
        AnswerShape.ChunkedWithTrailers => InBody(Chunked + "4\r\nhalf\r\n", "4\r\nhalf\r\n0\r\nX-First: 1\r\nX-Second: 2\r\n\r\n"),
        AnswerShape.LastChunkMissing => InBody(Chunked + "4\r\nhalf\r\n", "0\r\n\r\n"),
        AnswerShape.TrailersMissing => InBody(Chunked + "4\r\nhalf\r\n0\r\n", "X-First: 1\r\nX-Second: 2\r\n\r\n"),
        AnswerShape.Gzip => Compressed("gzip", static destination => new GZipStream(destination, CompressionLevel.Optimal)),
        AnswerShape.Brotli => Compressed("br", static destination => new BrotliStream(destination, CompressionLevel.Optimal)),
        AnswerShape.Deflate => Compressed("deflate", static destination => new ZLibStream(destination, CompressionLevel.Optimal)),
        AnswerShape.ContinueFirst => InHeaders("100 Continue\r\n\r\nHTTP/1.1 200 OK", "Content-Length: 2", "ok"),
        AnswerShape.EarlyHintsFirst => InHeaders("103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK", "Content-Length: 2", "ok"),
        AnswerShape.Head => InHeaders("200 OK", "Content-Length: 20"),
        AnswerShape.HeadChunked => InHeaders("200 OK", "Transfer-Encoding: chunked"),
        AnswerShape.NoContent => InHeaders("204 No Content", "X-None: 1"),
        AnswerShape.NotModified => InHeaders("304 Not Modified", "ETag: \"1\""),
        AnswerShape.NotModifiedWithLength => InHeaders("304 Not Modified", "Content-Length: 20"),
        _ => InHeaders("204 No Content", "Content-Length: 20"),
    };

    public static HttpMethod MethodOf(AnswerShape shape) =>
        shape is AnswerShape.Head or AnswerShape.HeadChunked ? HttpMethod.Head : HttpMethod.Get;

    /// <summary>Held before its first byte.</summary>
    public Func<FinBlindExchange, Task> HeldBefore(SyncPoint held) => async exchange =>
    {
        await held.ArriveAsync();
        await exchange.WriteRawAsync((byte[])[.. First, .. Rest]);
    };

    /// <summary>Held between its pieces.</summary>
    public Func<FinBlindExchange, Task> HeldInTheMiddle(SyncPoint held) => async exchange =>
    {
        await exchange.WriteRawAsync(First);
        await held.ArriveAsync();
        await exchange.WriteRawAsync(Rest);
    };

    private static HeldAnswer InBody(string first, string rest) => new(Encoding.ASCII.GetBytes(first), Encoding.ASCII.GetBytes(rest), true);

    private static HeldAnswer InHeaders(string status, string header, string body = "") => new(
        Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n"), Encoding.ASCII.GetBytes($"{header}\r\n\r\n{body}"), false);

    private static HeldAnswer Compressed(string coding, Func<Stream, Stream> compress)
    {
        byte[] body = CompressedBody.Of(compress, 1000, 1000, out int firstLength);
        byte[] head = Encoding.ASCII.GetBytes($"{Ok}Content-Encoding: {coding}\r\nContent-Length: {body.Length}\r\n\r\n");
        return new HeldAnswer([.. head, .. body[..firstLength]], body[firstLength..], true);
    }
}
