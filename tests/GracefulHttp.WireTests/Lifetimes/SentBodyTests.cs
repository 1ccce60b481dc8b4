using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.WireTests.Endings;

namespace GracefulHttp.WireTests.Lifetimes;

/// <summary>
/// A request with a body, over HTTP/1.1: sent in full it is drained, in part closed. Either way its caller may dispose the
/// message and its content as soon as it is let go.
/// </summary>
public sealed class SentBodyTests : WireTest
{
    public static MatrixTheoryData<Scheme, Phase, bool> SchemesPhasesAndChunked => new(Enum.GetValues<Scheme>(), Enum.GetValues<Phase>(), [true, false]);

    [Theory]
    [MemberData(nameof(SchemesPhasesAndChunked))]
    public async Task Drain_BodySentInFull_AnswerIsWaitedForAndTheConnectionServesTheNext(Scheme scheme, Phase phase, bool chunked)
    {
        int length = 0;
        Serve(scheme, exchange =>
        {
            length = exchange.Request.Body.Length;
            return phase.HeldScript(Held)(exchange);
        });
        WireClient client = Connect(AbandonStrategy.Drain);

        // As a caller does with "using": disposed with its content when the exception comes through.
        await client.AbandonAsync(
            Held,
            async (http, token) =>
            {
                using HttpRequestMessage request = NewUpload(chunked);
                using HttpResponseMessage response = await http.SendAsync(request, token);
            },
            begun: Task.CompletedTask);
        Server.StopListening();
        Task<string> next = client.Http.GetStringAsync("/next");
        await ShouldBeUntouchedAsync();
        Held.Release();

        (await next.WithinAsync()).ShouldBe("ok");
        await ShouldBeUntouchedAsync();
        length.ShouldBe(100_000);
    }

    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task Close_BodySentInFullAndDisposed_EndsInPeace(Scheme scheme, Phase phase)
    {
        Serve(scheme, phase.HeldScript(Held));
        WireClient client = Connect(AbandonStrategy.Close);

        await client.AbandonAsync(
            Held,
            async (http, token) =>
            {
                using HttpRequestMessage request = NewUpload(chunked: false);
                using HttpResponseMessage response = await http.SendAsync(request, token);
            },
            begun: Task.CompletedTask);

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Drain_BodySentInPart_IsClosedAtOnce(Scheme scheme)
    {
        Serve(scheme, FinBlindScripts.Respond(), AnswerWithoutReadingAsync);
        WireClient client = Connect(AbandonStrategy.Drain);
        using var upload = new HeldUpload();

        await client.AbandonAsync(
            Held,
            async (http, token) =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "/held") { Content = upload };
                using HttpResponseMessage response = await http.SendAsync(request, token);
            },
            begun: upload.Held.ArrivedAsync());

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
        Server.RequestsReceived.ShouldBe(0);
        Logs.Records.Where(record => record.Id.Name == "RequestEnded").ShouldHaveSingleItem().Values["Outcome"].ShouldBe("closed");
    }

    /// <summary>The name of a coding is the same in any case (RFC 9112 §7), and the runtime writes it as its caller has.</summary>
    [Theory]
    [InlineData("chunked")]
    [InlineData("Chunked")]
    [InlineData("gzip, CHUNKED")]
    public async Task Drain_ChunkedInAnyCaseSentInPart_IsClosedAtOnce(string coding)
    {
        Serve(Scheme.Http, FinBlindScripts.Respond(), AnswerWithoutReadingAsync);
        WireClient client = Connect(AbandonStrategy.Drain);
        using var upload = new HeldUpload(firstBytes: 0);

        await client.AbandonAsync(
            Held,
            async (http, token) =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "/held") { Content = upload };
                request.Headers.TryAddWithoutValidation("Transfer-Encoding", coding);
                using HttpResponseMessage response = await http.SendAsync(request, token);
            },
            begun: upload.Held.ArrivedAsync());

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, Scheme.Http);
        Logs.AbandonOutcomes().ShouldBe(["closed"]);
    }

    private async Task AnswerWithoutReadingAsync(FinBlindExchange exchange)
    {
        if (exchange.Request.Target == "/held")
        {
            await Held.ArriveAsync();
            await exchange.RespondAsync("too late");
            exchange.CloseAfterwards();
        }
    }

    private static HttpRequestMessage NewUpload(bool chunked)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/held") { Content = new ByteArrayContent(new byte[100_000]) };
        request.Headers.TransferEncodingChunked = chunked ? true : null;
        return request;
    }
}
