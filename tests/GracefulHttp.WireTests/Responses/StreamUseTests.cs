using System.IO.Compression;
using System.Net;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.WireTests.Responses;

/// <summary>Every member of a response stream does what the plain client's does: at the body, at its end, and when it has been disposed there.</summary>
public sealed class StreamUseTests : WireTest
{
    public static MatrixTheoryData<StreamUse, BodyFraming> UsesAndFramings => new(Enum.GetValues<StreamUse>(), Enum.GetValues<BodyFraming>());

    public static TheoryData<StreamUse> Uses => [.. Enum.GetValues<StreamUse>()];

    [Theory]
    [MemberData(nameof(UsesAndFramings))]
    public async Task Stream_UsedToItsEndAndDisposed_IsAsThePlainClients(StreamUse use, BodyFraming framing)
    {
        Serve(Scheme.Http, async exchange =>
        {
            await exchange.WriteHeadAsync(framing, contentLength: 100);
            await exchange.WriteBodyAsync(new byte[50]);
            await exchange.WriteBodyAsync(new byte[50]);
            await exchange.FinishAsync();
        });

        string plain = await DescribeAsync(Connect(NewSocketsHandler()), use);
        string graceful = await DescribeAsync(Connect(AbandonStrategy.Drain), use);

        graceful.ShouldBe(plain);
        plain.ShouldStartWith("100 bytes");
        Logs.AbandonOutcomes().ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public async Task Stream_CompressedUsedToItsEndAndDisposed_IsAsThePlainClients(StreamUse use)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(new byte[100]);
        }

        Serve(Scheme.Http, async exchange =>
        {
            await exchange.WriteHeadAsync(BodyFraming.ContentLength, compressed.Length, headers: "Content-Encoding: gzip");
            await exchange.WriteBodyAsync(compressed.ToArray());
        });

        string plain = await DescribeAsync(Connect(Decompressing()), use);
        string graceful = await DescribeAsync(Connect(new GracefulHttpHandler(new GracefulHttpOptions(), Decompressing())), use);

        graceful.ShouldBe(plain);
        plain.ShouldStartWith("100 bytes");
    }

    [Theory]
    [MemberData(nameof(UsesAndFramings))]
    public async Task Stream_DisposedBeforeItsEnd_NeverLooksWhole(StreamUse use, BodyFraming framing)
    {
        Serve(Scheme.Http, FinBlindScripts.StalledBody(Held, framing));
        WireClient client = Connect(AbandonStrategy.Drain);
        using HttpResponseMessage response = await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead);
        Stream body = await response.Content.ReadAsStreamAsync();
        await Held.ArrivedAsync();

        body.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => use.ReadToEndAsync(body));
    }

    internal static async Task<string> DescribeAsync(WireClient client, StreamUse use)
    {
        using HttpResponseMessage response = await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead);
        Stream body = await response.Content.ReadAsStreamAsync();
        string whole = Tell(await use.ReadToEndAsync(body)) + $", readable {body.CanRead}";
        string atEnd = Tell(await use.ReadToEndAsync(body));
        body.Dispose();
        string after;
        try
        {
            after = Tell(await use.ReadToEndAsync(body));
        }
        catch (Exception e)
        {
            after = e.GetType().Name;
        }

        return $"{whole}; then {atEnd}; disposed {after}, readable {body.CanRead}";
    }

    private static string Tell(byte[] bytes) => $"{bytes.Length} bytes";

    private static SocketsHttpHandler Decompressing()
    {
        SocketsHttpHandler sockets = NewSocketsHandler();
        sockets.AutomaticDecompression = DecompressionMethods.GZip;
        return sockets;
    }
}
