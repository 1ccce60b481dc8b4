using GracefulHttp.TestKit;

namespace GracefulHttp.WireTests;

/// <summary>Drain: the wire shows nothing of the abandonment, and the connection serves the next request.</summary>
public sealed class DrainTests : WireTest
{
    [Theory]
    [MemberData(nameof(Cells.All), MemberType = typeof(Cells))]
    public async Task Drain_CallerLeaves_ConnectionServesTheNextRequest(Scheme scheme, Phase phase, ClientCall call)
    {
        Serve(scheme, phase.HeldScript(Held));
        WireClient client = Connect(AbandonStrategy.Drain);

        await client.AbandonAsync(Held, phase, call);
        Server.StopListening();
        Task<string> next = client.Http.GetStringAsync("/next");
        await ShouldBeUntouchedAsync();
        Held.Release();

        (await next.WithinAsync()).ShouldBe("ok");
        await client.WaitForIdleAsync();
        await ShouldBeUntouchedAsync();
        Server.Connections.Count.ShouldBe(1);
        Server.RequestsReceived.ShouldBe(2);
    }

    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task Drain_ManyCallersLeaveOneAfterTheOther_OneConnectionServesThemAll(Scheme scheme, Phase phase)
    {
        SyncPoint[] held = [.. Enumerable.Range(0, 20).Select(_ => new SyncPoint())];
        var next = new Queue<SyncPoint>(held);
        Serve(scheme, exchange => phase.HeldScript(next.Dequeue())(exchange));
        WireClient client = Connect(AbandonStrategy.Drain);

        foreach (SyncPoint one in held)
        {
            await client.AbandonAsync(one, phase);
            one.Release();
            await client.WaitForIdleAsync();
        }

        await ShouldBeUntouchedAsync();
        Server.RequestsReceived.ShouldBe(held.Length);
    }
}
