using System.IO.Compression;
using System.Net;
using System.Text;
using GracefulHttp.TestKit;

namespace GracefulHttp.WireTests.Drains;

/// <summary>The size of a drain is counted as the caller would have read it: a few kilobytes can be a lot of work.</summary>
public sealed class CompressedTests : WireTest
{
    private const int Size = 100_000;
    private const int Bomb = 16 * 1024 * 1024;

    public static MatrixTheoryData<Scheme, string> SchemesAndCodings => new(Enum.GetValues<Scheme>(), ["gzip", "br"]);

    [Theory]
    [MemberData(nameof(SchemesAndCodings))]
    public async Task MaxDrainSize_BombWhileWaitingForHeaders_ClosesThen(Scheme scheme, string coding)
    {
        var late = new SyncPoint();
        byte[] bomb = Compress(coding, 10, Bomb, out int first, out int second);
        bomb.Length.ShouldBeLessThan(Bomb / 500);
        Serve(scheme, async exchange =>
        {
            await late.ArriveAsync();
            await exchange.WriteRawAsync((byte[])[.. Head(coding, bomb.Length), .. bomb[..(first + second)]]);
            await Held.ArriveAsync();
            await exchange.WriteRawAsync(bomb.AsMemory(first + second));
        });
        WireClient client = ConnectDecompressing(new GracefulHttpOptions());

        await client.AbandonAsync(late, Phase.Headers);
        await ShouldBeUntouchedAsync();
        late.Release();

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
        Logs.AbandonOutcomes().ShouldBe(["drain_size"]);
    }

    [Theory]
    [MemberData(nameof(SchemesAndCodings))]
    public async Task MaxDrainSize_BombInTheBody_ClosesThen(Scheme scheme, string coding)
    {
        var stalled = new SyncPoint();
        byte[] bomb = Compress(coding, 10, Bomb, out int first, out int second);
        Serve(scheme, async exchange =>
        {
            await exchange.WriteRawAsync((byte[])[.. Head(coding, bomb.Length), .. bomb[..first]]);
            await stalled.ArriveAsync();
            await exchange.WriteRawAsync(bomb.AsMemory(first, second));
            await Held.ArriveAsync();
            await exchange.WriteRawAsync(bomb.AsMemory(first + second));
        });
        WireClient client = ConnectDecompressing(new GracefulHttpOptions());

        await client.AbandonAsync(stalled, Phase.ContentLengthBody, ClientCall.ReadAsync);
        await ShouldBeUntouchedAsync();
        stalled.Release();

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
        Logs.AbandonOutcomes().ShouldBe(["drain_size"]);
    }

    [Theory]
    [InlineData("gzip", Size, "drained")]
    [InlineData("gzip", Size - 1, "drain_size")]
    [InlineData("br", Size, "drained")]
    [InlineData("br", Size - 1, "drain_size")]
    public async Task MaxDrainSize_IsComparedAfterDecompression(string coding, int maxDrainSize, string outcome)
    {
        var late = new SyncPoint();
        byte[] body = Compress(coding, 10, Size - 10, out int first, out int second);
        body.Length.ShouldBeLessThan(Size / 100);
        Serve(Scheme.Http, async exchange =>
        {
            await late.ArriveAsync();
            await exchange.WriteRawAsync((byte[])[.. Head(coding, body.Length), .. body[..(first + second)]]);
            await Held.ArriveAsync();
            await exchange.WriteRawAsync(body.AsMemory(first + second));
        });
        WireClient client = ConnectDecompressing(new GracefulHttpOptions { MaxDrainSize = maxDrainSize });

        await client.AbandonAsync(late, Phase.Headers);
        late.Release();
        await Held.ArrivedAsync();
        if (outcome == "drain_size")
        {
            await ShouldSendFinAsync();
        }

        Held.Release();
        (await client.Http.GetStringAsync("/next").WithinAsync()).ShouldBe("ok");
        await client.WaitForIdleAsync();
        Logs.AbandonOutcomes().ShouldBe([outcome]);
        Server.Connections.Count.ShouldBe(outcome == "drained" ? 1 : 2);
        await Recorder.SettleAsync();
        Recorder.ResetsFromClient.ShouldBe(0);
    }

    private static byte[] Head(string coding, int length) =>
        Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {length}\r\n\r\n");

    private static byte[] Compress(string coding, int first, int second, out int firstLength, out int secondLength) => CompressedBody.Of(
        coding == "gzip"
            ? static destination => new GZipStream(destination, CompressionLevel.Optimal)
            : static destination => new BrotliStream(destination, CompressionLevel.Optimal),
        first, second, out firstLength, out secondLength);

    private WireClient ConnectDecompressing(GracefulHttpOptions options)
    {
        SocketsHttpHandler sockets = NewSocketsHandler();
        sockets.AutomaticDecompression = DecompressionMethods.All;
        return Connect(new GracefulHttpHandler(options, sockets) { LoggerFactory = Logs });
    }
}
