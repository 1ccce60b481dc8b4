using GracefulHttp.TestKit;
using GracefulHttp.WireTests.Http2;
using Microsoft.AspNetCore.Http;

namespace GracefulHttp.WireTests.Lessons;

/// <summary>
/// OkHttp did not give back the connection window that a cancelled HTTP/2 stream had taken; after enough of them the connection
/// stalled for everybody (square/okhttp #3915). Here each abandoned body is a ninth of the connection's window, and there are
/// twice as many as it could hold.
/// </summary>
public sealed class ConnectionWindowTests : Http2Test
{
    // The runtime's own for a connection is 64 MiB; ours for a stream lets a body come in whole though nobody reads it.
    private const int BodySize = 7 * 1024 * 1024;
    private const int Bodies = 20;

    protected override int StreamWindow => 8 * 1024 * 1024;

    [Theory]
    [InlineData(Scheme.Http)]
    [InlineData(Scheme.HttpsTls13)]
    public async Task Drain_BodiesBeyondTheWindow_ConnectionServesOn(Scheme scheme)
    {
        await StartAsync(scheme, new GracefulHttpOptions { MaxDrainSize = 2 * BodySize }, AnswerLargeAsync);

        await AbandonAllAsync(resets: false);

        await ShouldServeOnAsync();
        Logs.AbandonOutcomes().ShouldBe(Enumerable.Repeat("drained", Bodies));
        Frames.ResetStreams.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Scheme.Http)]
    [InlineData(Scheme.HttpsTls13)]
    public async Task Close_BodiesBeyondTheWindow_ConnectionServesOn(Scheme scheme)
    {
        await StartAsync(scheme, new GracefulHttpOptions { Strategy = AbandonStrategy.Close, Http2ResetBurst = Bodies }, AnswerLargeAsync);

        // Resets stay under half of what completes.
        await CompleteAsync(2 * Bodies);
        await AbandonAllAsync(resets: true);

        await ShouldServeOnAsync();
        Frames.ResetStreams.Count.ShouldBe(Bodies);
    }

    [Fact]
    public async Task DrainSize_BodiesBeyondTheWindow_ConnectionServesOn()
    {
        await StartAsync(Scheme.HttpsTls13, new GracefulHttpOptions { MaxDrainSize = 1000, Http2ResetBurst = Bodies }, AnswerLargeAsync);

        await CompleteAsync(2 * Bodies);
        await AbandonAllAsync(resets: true);

        await ShouldServeOnAsync();
        Logs.AbandonOutcomes().ShouldBe(Enumerable.Repeat("drain_size", Bodies));
        Frames.ResetStreams.Count.ShouldBe(Bodies);
    }

    /// <summary>Each has come, but for its last byte, when its caller disposes it without having read any.</summary>
    private async Task AbandonAllAsync(bool resets)
    {
        for (int i = 1; i <= Bodies; i++)
        {
            var held = new SyncPoint();
            Expect(held);
            HttpResponseMessage response = await Client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead).WithinAsync();
            await held.ArrivedAsync();
            response.Dispose();
            if (resets)
            {
                await Frames.WaitForResetsAsync(i);
            }

            held.Release();
            await Client.WaitForIdleAsync();
        }
    }

    /// <summary>A body that is larger than what would be left, on the one connection.</summary>
    private async Task ShouldServeOnAsync()
    {
        var held = new SyncPoint();
        Expect(held);
        held.Release();
        byte[] body = await Client.Http.GetByteArrayAsync("/held").WithinAsync();
        body.Length.ShouldBe(BodySize);
        Connections.ShouldBe(1);
    }

    /// <summary>Held when all of the body but its last byte has been sent.</summary>
    private static async Task AnswerLargeAsync(HttpContext context, SyncPoint held)
    {
        await context.Response.Body.WriteAsync(new byte[BodySize - 1]);
        await context.Response.Body.FlushAsync();
        await held.ArriveAsync();
        await context.Response.Body.WriteAsync(new byte[1]);
    }
}
