using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.WireTests.Responses;

/// <summary>A response, or its stream, that is disposed before its end: it returns at once, and the rest goes by the ladder, once.</summary>
public sealed class DisposeTests : WireTest
{
    public static MatrixTheoryData<Scheme, BodyFraming, Disposal> SchemesFramingsAndDisposals =>
        new(Enum.GetValues<Scheme>(), [BodyFraming.ContentLength, BodyFraming.Chunked], Enum.GetValues<Disposal>());

    public static MatrixTheoryData<Scheme, Disposal> SchemesAndDisposals => new(Enum.GetValues<Scheme>(), Enum.GetValues<Disposal>());

    public static TheoryData<Disposal> Disposals => [.. Enum.GetValues<Disposal>()];

    [Theory]
    [MemberData(nameof(SchemesFramingsAndDisposals))]
    public async Task Drain_Disposed_ConnectionServesTheNextRequest(Scheme scheme, BodyFraming framing, Disposal disposal)
    {
        Serve(scheme, FinBlindScripts.StalledBody(Held, framing));
        WireClient client = Connect(AbandonStrategy.Drain);

        await GetAndDisposeAsync(client, disposal);
        Server.StopListening();
        Task<string> next = client.Http.GetStringAsync("/next");
        await ShouldBeUntouchedAsync();
        Held.Release();

        (await next.WithinAsync()).ShouldBe("ok");
        await client.WaitForIdleAsync();
        await ShouldBeUntouchedAsync();
        Logs.AbandonOutcomes().ShouldBe(["drained"]);
    }

    [Theory]
    [MemberData(nameof(SchemesAndDisposals))]
    public async Task Close_Disposed_SendsFinAtOnceAndNoReset(Scheme scheme, Disposal disposal)
    {
        Serve(scheme, FinBlindScripts.StalledBody(Held, BodyFraming.ContentLength));
        WireClient client = Connect(AbandonStrategy.Close);

        await GetAndDisposeAsync(client, disposal);

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
        Logs.AbandonOutcomes().ShouldBe(["closed"]);
    }

    [Theory]
    [MemberData(nameof(Disposals))]
    public async Task PlainClient_Disposed_SendsReset(Disposal disposal)
    {
        Serve(Scheme.Http, FinBlindScripts.StalledBody(Held, BodyFraming.ContentLength));
        WireClient client = Connect(NewSocketsHandlerWithoutDrain());

        await GetAndDisposeAsync(client, disposal);

        await Recorder.WaitForAsync(recorder => recorder.FinsFromClient + recorder.ResetsFromClient > 0);
        Held.Release();
        await Recorder.WaitForAsync(recorder => recorder.ConnectionsResetByClient == 1);
    }

    [Theory]
    [MemberData(nameof(Disposals))]
    public async Task Disposed_AtItsEnd_AbandonsNothing(Disposal disposal)
    {
        Serve(Scheme.Http, FinBlindScripts.StalledBody(Held, BodyFraming.Chunked));
        Held.Release();
        WireClient client = Connect(AbandonStrategy.Close);
        using HttpResponseMessage response = await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead);
        Stream body = await response.Content.ReadAsStreamAsync();
        await body.CopyToAsync(Stream.Null);

        await DisposeAsync(response, body, disposal);

        (await client.Http.GetStringAsync("/next").WithinAsync()).ShouldBe("ok");
        await ShouldBeUntouchedAsync();
        Logs.AbandonOutcomes().ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Disposals))]
    public async Task ReadAsync_AfterDispose_GivesNothingThatCouldPassForTheBody(Disposal disposal)
    {
        Serve(Scheme.Http, FinBlindScripts.StalledBody(Held, BodyFraming.ContentLength));
        WireClient client = Connect(AbandonStrategy.Drain);
        using HttpResponseMessage response = await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead);
        Stream body = await response.Content.ReadAsStreamAsync();

        await DisposeAsync(response, body, disposal);

        // The runtime's own gives 0 or fails, depending on how far its drain is; a copy that ends must be a whole one.
        Exception? e = await Record.ExceptionAsync(async () => (await body.ReadAsync(new byte[8]).AsTask().WithinAsync()).ShouldBe(0));
        (e is null or ObjectDisposedException or IOException).ShouldBeTrue(e?.ToString());
        await Assert.ThrowsAnyAsync<Exception>(() => body.CopyToAsync(Stream.Null).WithinAsync());
        body.CanRead.ShouldBeFalse();
        Held.IsReleased.ShouldBeFalse();
    }

    private async Task GetAndDisposeAsync(WireClient client, Disposal disposal)
    {
        HttpResponseMessage response = await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead);
        await Held.ArrivedAsync();
        Stream body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[10]);

        await DisposeAsync(response, body, disposal);

        Held.IsReleased.ShouldBeFalse();
    }

    private static async Task DisposeAsync(HttpResponseMessage response, Stream body, Disposal disposal)
    {
        switch (disposal)
        {
            case Disposal.Response:
                response.Dispose();
                break;
            case Disposal.Content:
                response.Content.Dispose();
                break;
            case Disposal.Stream:
                body.Dispose();
                break;
            case Disposal.StreamAsync:
                await body.DisposeAsync().AsTask().WithinAsync();
                break;
            case Disposal.StreamThenResponse:
                body.Dispose();
                response.Dispose();
                break;
            case Disposal.ResponseThenStream:
                response.Dispose();
                body.Dispose();
                break;
            case Disposal.Twice:
                response.Dispose();
                response.Dispose();
                body.Dispose();
                body.Dispose();
                break;
            default:
                using (var together = new Barrier(4))
                {
                    await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Factory.StartNew(
                        () =>
                        {
                            together.SignalAndWait();
                            ((IDisposable)(i % 2 == 0 ? response : body)).Dispose();
                        },
                        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))).WithinAsync();
                }

                break;
        }
    }
}
