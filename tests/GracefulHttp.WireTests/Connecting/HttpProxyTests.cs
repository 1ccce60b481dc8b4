using System.Net;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.WireTests.Connecting;

/// <summary>A proxy that understands HTTP is the server of the connection: the request names the origin, the connection ends at the proxy.</summary>
public sealed class HttpProxyTests : IAsyncLifetime
{
    private static readonly Uri Origin = new("http://origin.example");

    private readonly SyncPoint _held = new();

    public ValueTask InitializeAsync()
    {
        Assert.SkipUnless(SegmentRecorder.IsAvailable(out string whyNot), whyNot);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _held.Release();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(Phase.Headers)]
    [InlineData(Phase.ContentLengthBody)]
    [InlineData(Phase.ChunkedBody)]
    public async Task Close_CallerLeaves_SendsFinAtOnceAndNoReset(Phase phase)
    {
        await using FinBlindServer proxy = StartProxy(phase);
        await using SegmentRecorder recorder = SegmentRecorder.Start(proxy.Port);
        var handler = new GracefulHttpHandler(new GracefulHttpOptions { Strategy = AbandonStrategy.Close }, Through(proxy));
        await using var client = new WireClient(Origin, handler, recorder);

        await client.AbandonAsync(_held, phase);
        await recorder.WaitForAsync(r => r.FinsFromClient == 1);
        _held.Release();

        (await proxy.Connections[0].Ended.WithinAsync()).ShouldBe(PeerEnding.Fin);
        await client.WaitForIdleAsync();
        await recorder.SettleAsync();
        recorder.ResetsFromClient.ShouldBe(0);
    }

    [Theory]
    [InlineData(Phase.Headers)]
    [InlineData(Phase.ContentLengthBody)]
    [InlineData(Phase.ChunkedBody)]
    public async Task PlainClient_CallerLeaves_SendsReset(Phase phase)
    {
        await using FinBlindServer proxy = StartProxy(phase);
        await using SegmentRecorder recorder = SegmentRecorder.Start(proxy.Port);
        await using var client = new WireClient(Origin, Through(proxy), recorder);

        await client.AbandonAsync(_held, phase);
        await recorder.WaitForAsync(r => r.FinsFromClient + r.ResetsFromClient > 0);
        _held.Release();

        await recorder.WaitForAsync(r => r.ConnectionsResetByClient == 1);
    }

    /// <summary>Its connections are shared by all origins behind it, and drains hold half of them, whosever they are.</summary>
    [Fact]
    public async Task Drain_TwoOriginsBehindIt_HaveOneShareOfItsConnections()
    {
        SyncPoint[] held = [new(), new()];
        await using FinBlindServer proxy = FinBlindServer.Start(FinBlindScripts.ByTarget(
            ("http://one.example/held", Phase.Headers.HeldScript(held[0])), ("http://other.example/held", Phase.Headers.HeldScript(held[1]))));
        await using SegmentRecorder recorder = SegmentRecorder.Start(proxy.Port);
        SocketsHttpHandler sockets = Through(proxy);
        sockets.MaxConnectionsPerServer = 2;
        using var logs = new RecordingLoggerFactory();
        await using var client = new WireClient(Origin, new GracefulHttpHandler(new GracefulHttpOptions(), sockets) { LoggerFactory = logs }, recorder);

        await client.AbandonAsync(held[0], (http, token) => http.GetAsync("http://one.example/held", token), Task.CompletedTask);
        await client.AbandonAsync(held[1], (http, token) => http.GetAsync("http://other.example/held", token), Task.CompletedTask);
        await recorder.WaitForAsync(r => r.FinsFromClient == 1);
        Array.ForEach(held, static one => one.Release());

        await client.WaitForIdleAsync();
        logs.AbandonOutcomes().ShouldBe(["drained", "drain_refused"], ignoreOrder: true);
    }

    private FinBlindServer StartProxy(Phase phase) =>
        FinBlindServer.Start(FinBlindScripts.ByTarget(($"{Origin}held", phase.HeldScript(_held))));

    private static SocketsHttpHandler Through(FinBlindServer proxy) => new()
    {
        Proxy = new WebProxy(proxy.BaseAddress),
        ResponseDrainTimeout = TimeSpan.Zero,
    };
}
