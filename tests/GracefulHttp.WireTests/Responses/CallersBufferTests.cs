using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.WireTests.Responses;

/// <summary>A caller that was released has its buffer back: what comes later never reaches it.</summary>
public sealed class CallersBufferTests : WireTest
{
    private const byte Pattern = 0xA5;

    public static MatrixTheoryData<Scheme, BodyFraming, bool> SchemesFramingsAndOverloads =>
        new(Enum.GetValues<Scheme>(), Enum.GetValues<BodyFraming>(), [false, true]);

    [Theory]
    [MemberData(nameof(SchemesFramingsAndOverloads))]
    public async Task Drain_ReadCancelled_NeverWritesToTheCallersBufferAgain(Scheme scheme, BodyFraming framing, bool asArray)
    {
        Serve(scheme, FinBlindScripts.StalledBody(Held, framing, rest: 100_000));
        WireClient client = Connect(AbandonStrategy.Drain);
        byte[] buffer = new byte[100_000];

        await client.AbandonAsync(Held, (http, token) => ReadToEndAsync(http, buffer, asArray, token), client.ResponseReceived);

        await ShouldStayAsTheCallerLeavesItAsync(client, buffer);
        Logs.AbandonOutcomes().ShouldBe(["drained"]);
    }

    [Theory]
    [MemberData(nameof(SchemesFramingsAndOverloads))]
    public async Task Close_ReadCancelled_NeverWritesToTheCallersBufferAgain(Scheme scheme, BodyFraming framing, bool asArray)
    {
        Serve(scheme, FinBlindScripts.StalledBody(Held, framing, rest: 100_000));
        WireClient client = Connect(AbandonStrategy.Close);
        byte[] buffer = new byte[100_000];

        await client.AbandonAsync(Held, (http, token) => ReadToEndAsync(http, buffer, asArray, token), client.ResponseReceived);

        await ShouldStayAsTheCallerLeavesItAsync(client, buffer);
        Logs.AbandonOutcomes().ShouldBe(["closed"]);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Drain_DisposedWhileAReadWaits_NeverWritesToTheCallersBufferAgain(Scheme scheme)
    {
        Serve(scheme, FinBlindScripts.StalledBody(Held, BodyFraming.ContentLength, first: 0, rest: 100_000));
        WireClient client = Connect(AbandonStrategy.Drain);
        byte[] buffer = new byte[100_000];
        using var caller = new CancellationTokenSource();
        HttpResponseMessage response = await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead, caller.Token);
        Stream body = await response.Content.ReadAsStreamAsync(caller.Token);
        Task<int> reading = body.ReadAsync(buffer, caller.Token).AsTask();
        await Held.ArrivedAsync();

        response.Dispose();
        await Assert.ThrowsAnyAsync<IOException>(() => reading.WithinAsync());

        await ShouldStayAsTheCallerLeavesItAsync(client, buffer);
        Logs.AbandonOutcomes().ShouldBe(["drained"]);
    }

    private async Task ShouldStayAsTheCallerLeavesItAsync(WireClient client, byte[] buffer)
    {
        buffer.AsSpan().Fill(Pattern);
        Held.Release();
        await client.WaitForIdleAsync();
        (await client.Http.GetStringAsync("/next").WithinAsync()).ShouldBe("ok");
        buffer.AsSpan().IndexOfAnyExcept(Pattern).ShouldBe(-1);
    }

    private static async Task ReadToEndAsync(HttpClient http, byte[] buffer, bool asArray, CancellationToken token)
    {
        using HttpResponseMessage response = await http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead, token);
        await using Stream body = await response.Content.ReadAsStreamAsync(token);
        int count;
        do
        {
#pragma warning disable CA1835 // The overload for arrays is one of those under test.
            count = asArray ? await body.ReadAsync(buffer, 0, buffer.Length, token) : await body.ReadAsync(buffer.AsMemory(), token);
#pragma warning restore CA1835
        }
        while (count > 0);
    }
}
