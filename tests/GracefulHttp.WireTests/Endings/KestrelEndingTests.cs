using System.Net;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Wire;
using Microsoft.AspNetCore.Http;

namespace GracefulHttp.WireTests.Endings;

/// <summary>
/// The endings of a server that watches for the client's FIN, and may reset the connection itself: in the middle of an upload
/// it does. Only what the client sends is counted.
/// </summary>
public sealed class KestrelEndingTests : KestrelTest
{
    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Close_Upload_SendsFinAndNoReset(Scheme scheme)
    {
        (WireClient client, SegmentRecorder recorder) = await StartAsync(scheme, async context =>
        {
            await Held.ArriveAsync();
            await context.Response.WriteAsync("too late");
        });
        using var upload = new HeldUpload();

        await client.AbandonAsync(Held, (http, token) => http.PostAsync("/held", upload, token), begun: upload.Held.ArrivedAsync());

        await ShouldEndWithoutResetAsync(client, recorder);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Close_CloseDelimitedBody_SendsFinAndNoReset(Scheme scheme)
    {
        (WireClient client, SegmentRecorder recorder) = await StartAsync(scheme, async context =>
        {
            await context.Response.WriteAsync(new string('x', 10));
            await context.Response.Body.FlushAsync();
            await Held.ArriveAsync();
            await context.Response.WriteAsync(new string('x', 10));
        });

        await client.AbandonAsync(Held, SendHttp10Async, begun: Held.ArrivedAsync());

        await ShouldEndWithoutResetAsync(client, recorder);
    }

    [Theory]
    [InlineData(Scheme.HttpsTls12, false)]
    [InlineData(Scheme.HttpsTls12, true)]
    [InlineData(Scheme.HttpsTls13, false)]
    [InlineData(Scheme.HttpsTls13, true)]
    [InlineData(Scheme.Http, false)]
    [InlineData(Scheme.Http, true)]
    public async Task Http2_ClientDisposed_SendsFinAndNoReset(Scheme scheme, bool withOpenStream)
    {
        (WireClient client, SegmentRecorder recorder) = await StartAsync(
            scheme, context => context.Request.Path == "/held" ? Held.ArriveAsync() : Task.CompletedTask, http2: true);
        (await client.Http.SendAsync(Http2("/next"))).Version.ShouldBe(HttpVersion.Version20);
        Task<HttpResponseMessage>? open = withOpenStream ? client.Http.SendAsync(Http2("/held")) : null;
        if (open is not null)
        {
            await Held.ArrivedAsync();
        }

        client.Http.Dispose();
        if (open is not null)
        {
            await Assert.ThrowsAnyAsync<Exception>(() => open.WithinAsync());
        }

        // With a stream open Kestrel resets the connection, whatever the client says before it.
        await ShouldEndWithoutResetAsync(client, recorder);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Http2_ServerGoesAway_SendsNoReset(Scheme scheme)
    {
        (WireClient client, SegmentRecorder recorder) = await StartAsync(scheme, static _ => Task.CompletedTask, http2: true);
        (await client.Http.SendAsync(Http2("/next"))).Version.ShouldBe(HttpVersion.Version20);

        await StopServerAsync();

        // A frame of the runtime's that crosses the server's FIN (an acknowledgement of its settings) may draw a reset from the
        // server, which has gone by then. None comes from the client.
        await recorder.WaitForAsync(r => r.FinsFromClient + r.ResetsFromServer > 0);
        await client.WaitForIdleAsync();
        await recorder.SettleAsync();
        recorder.ResetsFromClient.ShouldBe(0);
    }

    private static HttpRequestMessage Http2(string path) =>
        new(HttpMethod.Get, path) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

    private static async Task SendHttp10Async(HttpClient http, CancellationToken token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/held") { Version = HttpVersion.Version10 };
        using HttpResponseMessage response = await http.SendAsync(request, token);
    }

    private Task<(WireClient Client, SegmentRecorder Recorder)> StartAsync(Scheme scheme, RequestDelegate answer, bool http2 = false) =>
        StartAsync(scheme, answer, AbandonStrategy.Close, http2);

    private async Task ShouldEndWithoutResetAsync(WireClient client, SegmentRecorder recorder)
    {
        await recorder.WaitForAsync(r => r.FinsFromClient == 1);
        Held.Release();
        await client.WaitForIdleAsync();
        await recorder.SettleAsync();
        recorder.ResetsFromClient.ShouldBe(0);
        recorder.FinsFromClient.ShouldBe(1);
    }
}
