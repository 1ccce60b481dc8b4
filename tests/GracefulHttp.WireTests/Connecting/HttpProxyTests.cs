using System.Net;
using GracefulHttp.TestKit;
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

    private FinBlindServer StartProxy(Phase phase) =>
        FinBlindServer.Start(FinBlindScripts.ByTarget(($"{Origin}held", phase.HeldScript(_held))));

    private static SocketsHttpHandler Through(FinBlindServer proxy) => new()
    {
        Proxy = new WebProxy(proxy.BaseAddress),
        ResponseDrainTimeout = TimeSpan.Zero,
    };
}
