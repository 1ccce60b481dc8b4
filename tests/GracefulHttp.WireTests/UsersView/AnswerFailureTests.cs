using System.Net.Sockets;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.WireTests.UsersView;

/// <summary>A request that a server fails, fails for the user as it always did.</summary>
public sealed class AnswerFailureTests
{
    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public Task Server_ClosesBeforeItsAnswer_ExceptionIsThePlainClients(Scheme scheme) =>
        ShouldFailAlikeAsync(scheme, HttpRequestError.ResponseEnded, exchange =>
        {
            exchange.CloseAfterwards();
            return Task.CompletedTask;
        });

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public Task Server_AnswersWhatIsNotHttp_ExceptionIsThePlainClients(Scheme scheme) =>
        ShouldFailAlikeAsync(scheme, HttpRequestError.InvalidResponse, exchange => exchange.WriteRawAsync("SSH-2.0-OpenSSH_9.2\r\n\r\n"u8.ToArray()));

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public Task Server_ClosesInTheMiddleOfTheHeaders_ExceptionIsThePlainClients(Scheme scheme) =>
        ShouldFailAlikeAsync(scheme, HttpRequestError.ResponseEnded, async exchange =>
        {
            await exchange.WriteRawAsync("HTTP/1.1 200 OK\r\nContent-Le"u8.ToArray());
            exchange.CloseAfterwards();
        });

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Server_ClosesBeforeContentLength_ExceptionIsThePlainClients(Scheme scheme)
    {
        await using FinBlindServer server = FinBlindServer.Start(TooShortAsync, scheme.Tls());

        string failure = await ClientMakes.ShouldAgreeAsync(async make =>
        {
            using HttpClient client = make.NewClient(new SocketsHttpHandler().TrustTestCertificate(), server.BaseAddress);
            using HttpResponseMessage response = await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead).WithinAsync();
            await using Stream body = await response.Content.ReadAsStreamAsync();
            return await Failure.OfAsync(() => body.ReadExactlyAsync(new byte[100]).AsTask().WithinAsync());
        });

        failure.ShouldContain($"{HttpRequestError.ResponseEnded}");
    }

    /// <summary>
    /// The runtime words it in two ways: its reads tell how much is missing, its copies do not. The message layer reads, so
    /// that it can be left at any moment.
    /// </summary>
    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Server_ClosesBeforeContentLengthOfABufferedBody_ExceptionIsThePlainClientsButForTheRuntimesWording(Scheme scheme)
    {
        await using FinBlindServer server = FinBlindServer.Start(TooShortAsync, scheme.Tls());

        string plain = await BufferAsync(ClientMake.Plain);
        plain.ShouldContain($"{HttpRequestError.ResponseEnded}");
        (await BufferAsync(ClientMake.UseGracefulClose)).ShouldBe(plain);
        (await BufferAsync(ClientMake.GracefulHttpHandler))
            .Replace(", with at least 91 additional bytes expected", "", StringComparison.Ordinal).ShouldBe(plain);

        async Task<string> BufferAsync(ClientMake make)
        {
            using HttpClient client = make.NewClient(new SocketsHttpHandler().TrustTestCertificate(), server.BaseAddress);
            return await Failure.OfAsync(() => client.GetAsync("/").WithinAsync());
        }
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public Task Server_ClosesBeforeTheLastChunk_ExceptionIsThePlainClients(Scheme scheme) =>
        ShouldFailAlikeAsync(scheme, HttpRequestError.ResponseEnded, async exchange =>
        {
            await exchange.WriteHeadAsync(BodyFraming.Chunked);
            await exchange.WriteBodyAsync("one chunk"u8.ToArray());
            exchange.CloseAfterwards();
        });

    [Fact]
    public async Task Server_ResetsBeforeItsAnswer_ExceptionIsThePlainClients()
    {
        await using var server = new ResettingServer("", () => Task.CompletedTask);

        string failure = await ClientMakes.ShouldAgreeAsync(async make =>
        {
            using HttpClient client = make.NewClient(new SocketsHttpHandler());
            return await Failure.OfAsync(() => client.GetAsync($"http://127.0.0.1:{server.Port}/").WithinAsync());
        });

        failure.ShouldContain($"{SocketError.ConnectionReset}");
    }

    [Fact]
    public async Task Server_ResetsInTheMiddleOfTheBody_ExceptionIsThePlainClients()
    {
        SyncPoint headersAreRead = new();
        await using var server = new ResettingServer(
            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789", () => headersAreRead.ArriveAsync());

        string failure = await ClientMakes.ShouldAgreeAsync(async make =>
        {
            headersAreRead = new SyncPoint();
            using HttpClient client = make.NewClient(new SocketsHttpHandler());
            using HttpResponseMessage response =
                await client.GetAsync($"http://127.0.0.1:{server.Port}/", HttpCompletionOption.ResponseHeadersRead).WithinAsync();
            headersAreRead.Release();
            return await Failure.OfAsync(() => response.Content.ReadAsStringAsync().WithinAsync());
        });

        failure.ShouldContain($"{SocketError.ConnectionReset}");
    }

    private static async Task TooShortAsync(FinBlindExchange exchange)
    {
        await exchange.WriteHeadAsync(BodyFraming.ContentLength, contentLength: 100);
        await exchange.WriteBodyAsync("too short"u8.ToArray());
        exchange.CloseAfterwards();
    }

    private static async Task ShouldFailAlikeAsync(Scheme scheme, HttpRequestError error, Func<FinBlindExchange, Task> script)
    {
        await using FinBlindServer server = FinBlindServer.Start(script, scheme.Tls());

        string failure = await ClientMakes.ShouldAgreeAsync(async make =>
        {
            using HttpClient client = make.NewClient(new SocketsHttpHandler().TrustTestCertificate(), server.BaseAddress);
            return await Failure.OfAsync(() => client.GetAsync("/").WithinAsync());
        });

        failure.ShouldContain($"{error}");
    }
}
