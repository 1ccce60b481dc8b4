using System.Net.Http.Headers;
using System.Text;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.WireTests.Responses;

/// <summary>A response that its caller keeps is what the plain client's would be, byte for byte and header for header.</summary>
public sealed class UnchangedTests : WireTest
{
    private static readonly (string Name, string Answer)[] Answers =
    [
        ("length", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Language: de, en\r\nETag: \"1\"\r\nX-Two: a\r\nX-Two: b\r\n\r\nbody"),
        ("nothing", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Type: text/plain\r\n\r\n"),
        ("reason", "HTTP/1.1 404 Not Here\r\nContent-Length: 4\r\nContent-Type: strange/type; =broken\r\n\r\nbody"),
        ("chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"),
        ("trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-One\r\n\r\n4\r\nbody\r\n0\r\nX-One: 1\r\nX-Two: a\r\nX-Two: b\r\n\r\n"),
        ("empty", "HTTP/1.1 204 No Content\r\nX-None: 1\r\n\r\n"),
        ("unmodified", "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n"),
        ("hints", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"),
    ];

    public static MatrixTheoryData<string, bool> NamesAndTokens => new(Answers.Select(static answer => answer.Name), [false, true]);

    public static MatrixTheoryData<Scheme, bool> SchemesAndTokens => new(Enum.GetValues<Scheme>(), [false, true]);

    [Theory]
    [MemberData(nameof(NamesAndTokens))]
    public async Task Response_Read_IsAsThePlainClients(string name, bool tokenCanFire)
    {
        string answer = Answers.Single(one => one.Name == name).Answer;
        Serve(Scheme.Http, exchange => exchange.WriteRawAsync(Encoding.ASCII.GetBytes(answer)));
        using var caller = new CancellationTokenSource();
        CancellationToken token = tokenCanFire ? caller.Token : CancellationToken.None;

        string plain = await DescribeAsync(Connect(NewSocketsHandler()), token);
        string graceful = await DescribeAsync(Connect(AbandonStrategy.Drain), token);

        graceful.ShouldBe(plain);
        Logs.AbandonOutcomes().ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(SchemesAndTokens))]
    public async Task Trailers_AfterTheBody_AreThere(Scheme scheme, bool tokenCanFire)
    {
        Serve(scheme, async exchange =>
        {
            await exchange.WriteHeadAsync(BodyFraming.Chunked);
            await exchange.WriteBodyAsync("body"u8.ToArray());
            await Held.ArriveAsync();
            await exchange.WriteRawAsync("0\r\nX-Sum: 1\r\n\r\n"u8.ToArray());
        });
        WireClient client = Connect(AbandonStrategy.Drain);
        using var caller = new CancellationTokenSource();
        CancellationToken token = tokenCanFire ? caller.Token : CancellationToken.None;

        using HttpResponseMessage response = await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead, token);
        Task reading = response.Content.CopyToAsync(Stream.Null, token);
        await Held.ArrivedAsync();
        response.TrailingHeaders.ShouldBeEmpty();
        Held.Release();
        await reading.WithinAsync();

        response.TrailingHeaders.GetValues("X-Sum").ShouldBe(["1"]);
        (await client.Http.GetStringAsync("/next", token)).ShouldBe("ok");
        await ShouldBeUntouchedAsync();
    }

    [Theory]
    [MemberData(nameof(SchemesAndTokens))]
    public async Task ReadAsync_ZeroBytes_WaitsForDataAndConsumesNone(Scheme scheme, bool tokenCanFire)
    {
        Serve(scheme, FinBlindScripts.StalledBody(Held, BodyFraming.ContentLength, first: 0));
        WireClient client = Connect(AbandonStrategy.Drain);
        using var caller = new CancellationTokenSource();
        CancellationToken token = tokenCanFire ? caller.Token : CancellationToken.None;
        using HttpResponseMessage response = await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead, token);
        await using Stream body = await response.Content.ReadAsStreamAsync(token);
        await Held.ArrivedAsync();

        Task<int> waiting = body.ReadAsync(Memory<byte>.Empty, token).AsTask();
        await Recorder.SettleAsync();
        waiting.IsCompleted.ShouldBeFalse();
        Held.Release();

        (await waiting.WithinAsync()).ShouldBe(0);
        byte[] buffer = new byte[20];
        (await body.ReadAtLeastAsync(buffer, 11, throwOnEndOfStream: false, token).AsTask().WithinAsync()).ShouldBe(10);
        (await body.ReadAsync(Memory<byte>.Empty, token)).ShouldBe(0);
        (await body.ReadAsync(buffer, token)).ShouldBe(0);
        (await client.Http.GetStringAsync("/next", token)).ShouldBe("ok");
        await ShouldBeUntouchedAsync();
    }

    [Theory]
    [MemberData(nameof(SchemesAndTokens))]
    public async Task CopyToAsync_LargeBody_IsWhole(Scheme scheme, bool tokenCanFire)
    {
        byte[] large = new byte[5 * 1024 * 1024];
        new Random(Seed: 4).NextBytes(large);
        Serve(scheme, exchange => exchange.RespondAsync(large));
        WireClient client = Connect(AbandonStrategy.Drain);
        using var caller = new CancellationTokenSource();
        CancellationToken token = tokenCanFire ? caller.Token : CancellationToken.None;

        using HttpResponseMessage response = await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead, token);
        var copy = new MemoryStream();
        await response.Content.CopyToAsync(copy, token).WithinAsync();

        copy.ToArray().AsSpan().SequenceEqual(large).ShouldBeTrue();
        (await client.Http.GetStringAsync("/next", token)).ShouldBe("ok");
        await ShouldBeUntouchedAsync();
    }

    private static async Task<string> DescribeAsync(WireClient client, CancellationToken token)
    {
        using HttpResponseMessage response = await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead, token);
        long? length = response.Content.Headers.ContentLength;
        await using Stream body = await response.Content.ReadAsStreamAsync(token);
        using var reader = new StreamReader(body, Encoding.ASCII);
        string text = await reader.ReadToEndAsync(token);
        return string.Join(
            '\n',
            $"HTTP/{response.Version} {(int)response.StatusCode} {response.ReasonPhrase}, length {length}",
            Describe(response.Headers.NonValidated),
            Describe(response.Content.Headers.NonValidated),
            text,
            Describe(response.TrailingHeaders.NonValidated));
    }

    private static string Describe(HttpHeadersNonValidated headers) =>
        string.Join('\n', headers.Select(static header => $"{header.Key}: {header.Value} ({header.Value.Count})"));
}
