using System.Text;
using GracefulHttp.Connections;

namespace GracefulHttp.Tests.Connections;

/// <summary>When the last byte of a request is out, however its bytes are cut into writes.</summary>
public sealed class RequestFramingTests
{
    private const string Chunks = "4\r\nbody\r\n0\r\n\r\n";

    public static TheoryData<string> Chunked =>
    [
        "Transfer-Encoding: chunked",
        "Transfer-Encoding: Chunked",
        "transfer-encoding: CHUNKED",
        "Transfer-Encoding: gzip, Chunked",
        "Transfer-Encoding: gzip,chunked ",
        "Transfer-Encoding: Chunked\r\nTransfer-Encoding: gzip",
    ];

    [Theory]
    [MemberData(nameof(Chunked))]
    public void Observe_Chunked_EndsWithTheLastChunk(string header)
    {
        byte[] request = Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\n{header}\r\n\r\n{Chunks}");
        for (int piece = 1; piece <= request.Length; piece++)
        {
            var framing = new RequestFraming();
            for (int at = 0; at < request.Length; at += piece)
            {
                ReadOnlySpan<byte> bytes = request.AsSpan(at, Math.Min(piece, request.Length - at));
                framing.Observe(bytes).ShouldBe(at + bytes.Length == request.Length, $"{at} by {piece}");
            }

            framing.EndedWithHead.ShouldBeFalse();
        }
    }

    [Theory]
    [InlineData("X-Header: chunked")]
    [InlineData("Transfer-Encoding: unchunked")]
    [InlineData("Transfer-Encoding: gzip")]
    public void Observe_NotChunked_EndsWithItsHead(string header)
    {
        var framing = new RequestFraming();

        framing.Observe(Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\n{header}\r\n\r\n")).ShouldBeTrue();
        framing.EndedWithHead.ShouldBeTrue();
    }
}
