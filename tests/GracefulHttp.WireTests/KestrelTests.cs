using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Wire;
using Microsoft.AspNetCore.Http;

namespace GracefulHttp.WireTests;

/// <summary>Against a server that watches for the client's FIN: Drain lets it finish, Close tells it to stop.</summary>
public sealed class KestrelTests : KestrelTest
{
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _connections = [];

    [Theory]
    [MemberData(nameof(Cells.All), MemberType = typeof(Cells))]
    public async Task Drain_CallerLeaves_ServerFinishesAndItsConnectionServesTheNext(Scheme scheme, Phase phase, ClientCall call)
    {
        (WireClient client, SegmentRecorder recorder) = await StartAsync(scheme, phase, AbandonStrategy.Drain);

        await client.AbandonAsync(Held, phase, call);
        Held.Release();

        (await client.Http.GetStringAsync("/next").WithinAsync()).ShouldBe("ok");
        _aborted.Task.IsCompleted.ShouldBeFalse();
        _connections.Distinct().Count().ShouldBe(1);
        await recorder.SettleAsync();
        recorder.ConnectionsOpened.ShouldBe(1);
        recorder.FinsFromClient.ShouldBe(0);
        recorder.ResetsFromClient.ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Cells.All), MemberType = typeof(Cells))]
    public async Task Close_CallerLeaves_ServerIsToldAtOnceAndNoResetIsSent(Scheme scheme, Phase phase, ClientCall call)
    {
        (WireClient client, SegmentRecorder recorder) = await StartAsync(scheme, phase, AbandonStrategy.Close);

        await client.AbandonAsync(Held, phase, call);
        await _aborted.Task.WithinAsync();
        Held.IsReleased.ShouldBeFalse();
        Held.Release();

        await client.WaitForIdleAsync();
        await recorder.SettleAsync();
        recorder.FinsFromClient.ShouldBe(1);
        recorder.ResetsFromClient.ShouldBe(0);
    }

    private Task<(WireClient Client, SegmentRecorder Recorder)> StartAsync(Scheme scheme, Phase phase, AbandonStrategy strategy) =>
        StartAsync(scheme, context => AnswerAsync(context, phase), strategy);

    private async Task AnswerAsync(HttpContext context, Phase phase)
    {
        _connections.Add(context.Connection.Id);
        if (context.Request.Path != "/held")
        {
            await context.Response.WriteAsync("ok");
            return;
        }

        context.RequestAborted.Register(_aborted.SetResult);
        context.Response.ContentLength = phase == Phase.ContentLengthBody ? 20 : null;
        if (phase != Phase.Headers)
        {
            await context.Response.WriteAsync(new string('x', 10));
            await context.Response.Body.FlushAsync();
        }

        await Held.ArriveAsync();
        await context.Response.WriteAsync(new string('x', 10));
    }
}
