using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.TestKit.Wire;
using Microsoft.AspNetCore.Http;

namespace GracefulHttp.WireTests;

/// <summary>Against a server that watches for the client's FIN: Drain lets it finish, Close tells it to stop.</summary>
public sealed class KestrelTests : IAsyncLifetime
{
    private readonly SyncPoint _held = new();
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _connections = [];
    private KestrelServer? _server;
    private SegmentRecorder? _recorder;
    private WireClient? _client;

    public ValueTask InitializeAsync()
    {
        Assert.SkipUnless(SegmentRecorder.IsAvailable(out string whyNot), whyNot);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _held.Release();
        foreach (IAsyncDisposable? part in (IAsyncDisposable?[])[_client, _recorder, _server])
        {
            await (part?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    [Theory]
    [MemberData(nameof(Cells.All), MemberType = typeof(Cells))]
    public async Task Drain_CallerLeaves_ServerFinishesAndItsConnectionServesTheNext(Scheme scheme, Phase phase, ClientCall call)
    {
        (WireClient client, SegmentRecorder recorder) = await StartAsync(scheme, phase, AbandonStrategy.Drain);

        await client.AbandonAsync(_held, phase, call);
        _held.Release();

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

        await client.AbandonAsync(_held, phase, call);
        await _aborted.Task.WithinAsync();
        _held.IsReleased.ShouldBeFalse();
        _held.Release();

        await client.WaitForIdleAsync();
        await recorder.SettleAsync();
        recorder.FinsFromClient.ShouldBe(1);
        recorder.ResetsFromClient.ShouldBe(0);
    }

    private async Task<(WireClient Client, SegmentRecorder Recorder)> StartAsync(Scheme scheme, Phase phase, AbandonStrategy strategy)
    {
        _server = await KestrelServer.StartAsync(context => AnswerAsync(context, phase), scheme.Tls());
        _recorder = SegmentRecorder.Start(_server.Port);
        SocketsHttpHandler sockets = new SocketsHttpHandler { MaxConnectionsPerServer = 1 }.TrustTestCertificate();
        var handler = new GracefulHttpHandler(new GracefulHttpOptions { Strategy = strategy }, sockets);
        _client = new WireClient(_server.BaseAddress, handler, _recorder);
        return (_client, _recorder);
    }

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

        await _held.ArriveAsync();
        await context.Response.WriteAsync(new string('x', 10));
    }
}
