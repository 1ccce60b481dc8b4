using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.TestKit.Wire;
using Microsoft.AspNetCore.Http;

namespace GracefulHttp.WireTests;

/// <summary>Against a server that watches for the client's FIN: Drain lets it finish, Close tells it to stop.</summary>
public sealed class KestrelTests
{
    private readonly SyncPoint _held = new();
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _connections = [];

    public KestrelTests() => Assert.SkipUnless(SegmentRecorder.IsAvailable(out string whyNot), whyNot);

    [Theory]
    [MemberData(nameof(Cells.All), MemberType = typeof(Cells))]
    public async Task Drain_CallerLeaves_ServerFinishesAndItsConnectionServesTheNext(Scheme scheme, Phase phase, ClientCall call)
    {
        await using KestrelServer server = await StartAsync(scheme, phase);
        await using SegmentRecorder recorder = SegmentRecorder.Start(server.Port);
        await using WireClient client = Connect(server, AbandonStrategy.Drain);

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
        await using KestrelServer server = await StartAsync(scheme, phase);
        await using SegmentRecorder recorder = SegmentRecorder.Start(server.Port);
        await using WireClient client = Connect(server, AbandonStrategy.Close);

        await client.AbandonAsync(_held, phase, call);
        await _aborted.Task.WithinAsync();
        _held.IsReleased.ShouldBeFalse();
        _held.Release();

        await client.WaitForIdleAsync();
        await recorder.SettleAsync();
        recorder.FinsFromClient.ShouldBe(1);
        recorder.ResetsFromClient.ShouldBe(0);
    }

    private static WireClient Connect(KestrelServer server, AbandonStrategy strategy)
    {
        SocketsHttpHandler sockets = new SocketsHttpHandler { MaxConnectionsPerServer = 1 }.TrustTestCertificate();
        return new WireClient(server.BaseAddress, new GracefulHttpHandler(new GracefulHttpOptions { Strategy = strategy }, sockets));
    }

    private Task<KestrelServer> StartAsync(Scheme scheme, Phase phase) => KestrelServer.StartAsync(
        async context =>
        {
            _connections.Add(context.Connection.Id);
            if (context.Request.Path == "/held")
            {
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
            else
            {
                await context.Response.WriteAsync("ok");
            }
        },
        scheme.Tls());
}
