using GracefulHttp.TestKit;
using Microsoft.AspNetCore.Http;

namespace GracefulHttp.WireTests.Http2;

/// <summary>Drain: the server finishes, no stream is reset, and the connection serves on.</summary>
public sealed class StreamDrainTests : Http2Test
{
    [Theory]
    [MemberData(nameof(Cells.All), MemberType = typeof(Cells))]
    public async Task Drain_CallerLeaves_ServerFinishesAndNoStreamIsReset(Scheme scheme, Phase phase, ClientCall call)
    {
        WireClient client = await StartAsync(scheme, new GracefulHttpOptions(), HeldIn(phase));

        await client.AbandonAsync(Held, phase, call);
        await ShouldHaveResetAsync(0);
        Held.Release();

        await client.WaitForIdleAsync();
        await ShouldHaveResetAsync(0);
        Completed.ShouldBe(1);
        Logs.AbandonOutcomes().ShouldBe(["drained"]);
    }

    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task Abort_CallerLeaves_ResetsTheStream(Scheme scheme, Phase phase)
    {
        WireClient client = await StartAsync(scheme, new GracefulHttpOptions { Strategy = AbandonStrategy.Abort }, HeldIn(phase));

        await client.AbandonAsync(Held, phase);

        await Frames.WaitForResetsAsync(1);
        Held.IsReleased.ShouldBeFalse();
        await ShouldHaveResetAsync(1);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Drain_TrailersStillToCome_AreDrainedToo(Scheme scheme)
    {
        WireClient client = await StartAsync(scheme, new GracefulHttpOptions(), AnswerWithTrailersAsync);

        await client.AbandonAsync(Held, Phase.ChunkedBody);
        await ShouldHaveResetAsync(0);
        Held.Release();

        await client.WaitForIdleAsync();
        await ShouldHaveResetAsync(0);
        Completed.ShouldBe(1);
        Logs.AbandonOutcomes().ShouldBe(["drained"]);
    }

    [Theory]
    [InlineData(Scheme.Http, false)]
    [InlineData(Scheme.Http, true)]
    [InlineData(Scheme.HttpsTls13, false)]
    [InlineData(Scheme.HttpsTls13, true)]
    public async Task Trailers_NotAbandoned_AreThere(Scheme scheme, bool tokenCanFire)
    {
        WireClient client = await StartAsync(scheme, new GracefulHttpOptions(), AnswerWithTrailersAsync);
        Held.Release();
        using var caller = new CancellationTokenSource();
        CancellationToken token = tokenCanFire ? caller.Token : CancellationToken.None;

        using HttpResponseMessage response = await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead, token);
        (await response.Content.ReadAsStringAsync(token).WithinAsync()).ShouldBe("xxxxxxxxxx");

        response.TrailingHeaders.GetValues("X-Sum").ShouldBe(["1"]);
        await ShouldHaveResetAsync(0);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Drain_Disposed_ServerFinishesAndNoStreamIsReset(Scheme scheme)
    {
        WireClient client = await StartAsync(scheme, new GracefulHttpOptions(), HeldIn(Phase.ChunkedBody));

        (await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead).WithinAsync()).Dispose();
        await Held.ArrivedAsync();
        await ShouldHaveResetAsync(0);
        Held.Release();

        await client.WaitForIdleAsync();
        await ShouldHaveResetAsync(0);
        Completed.ShouldBe(1);
    }

    [Fact]
    public async Task Drain_ReadCancelled_NeverWritesToTheCallersBufferAgain()
    {
        WireClient client = await StartAsync(Scheme.HttpsTls13, new GracefulHttpOptions(), HeldIn(Phase.ChunkedBody, rest: 50_000));
        byte[] buffer = new byte[100_000];

        await client.AbandonAsync(Held, async (http, token) =>
        {
            using HttpResponseMessage response = await http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead, token);
            Stream body = await response.Content.ReadAsStreamAsync(token);
            await body.ReadExactlyAsync(buffer, token);
        }, client.ResponseReceived);
        buffer.AsSpan().Fill(0xA5);
        Held.Release();

        await client.WaitForIdleAsync();
        buffer.AsSpan().IndexOfAnyExcept((byte)0xA5).ShouldBe(-1);
        Completed.ShouldBe(1);
    }

    private static async Task AnswerWithTrailersAsync(HttpContext context, SyncPoint held)
    {
        await context.Response.WriteAsync(new string('x', 10));
        await context.Response.Body.FlushAsync();
        await held.ArriveAsync();
        context.Response.AppendTrailer("X-Sum", "1");
    }
}
