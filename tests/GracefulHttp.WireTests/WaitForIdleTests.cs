using GracefulHttp.TestKit;

namespace GracefulHttp.WireTests;

/// <summary><see cref="GracefulHttpHandler.WaitForIdleAsync"/> knows of every drain and every lingering connection.</summary>
public sealed class WaitForIdleTests : WireTest
{
    [Theory]
    [InlineData(AbandonStrategy.Drain)]
    [InlineData(AbandonStrategy.Close)]
    public async Task WaitForIdleAsync_RequestAbandoned_EndsWithTheServersAnswer(AbandonStrategy strategy)
    {
        Serve(Scheme.Http, Phase.Headers.HeldScript(Held));
        WireClient client = Connect(strategy);

        await client.AbandonAsync(Held, Phase.Headers);
        Task idle = client.Graceful!.WaitForIdleAsync();
        await Recorder.SettleAsync();
        idle.IsCompleted.ShouldBeFalse();
        Held.Release();

        await idle.WithinAsync();
    }

    [Fact]
    public async Task WaitForIdleAsync_NothingAbandoned_IsCompleted()
    {
        Serve(Scheme.Http, Phase.Headers.HeldScript(Held));
        WireClient client = Connect(AbandonStrategy.Drain);

        client.Graceful!.WaitForIdleAsync().IsCompletedSuccessfully.ShouldBeTrue();
        await client.Http.GetStringAsync("/next");
        client.Graceful.WaitForIdleAsync().IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public async Task WaitForIdleAsync_ItsTokenFires_EndsTheWaitingOnly()
    {
        Serve(Scheme.Http, Phase.Headers.HeldScript(Held));
        WireClient client = Connect(AbandonStrategy.Drain);
        await client.AbandonAsync(Held, Phase.Headers);
        using var waiting = new CancellationTokenSource();

        Task idle = client.Graceful!.WaitForIdleAsync(waiting.Token);
        await waiting.CancelAsync();

        (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => idle.WithinAsync())).CancellationToken.ShouldBe(waiting.Token);
        await ShouldBeUntouchedAsync();
        Held.Release();
        (await client.Http.GetStringAsync("/next").WithinAsync()).ShouldBe("ok");
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task WaitForIdleAsync_ClientDisposed_WaitsForItsConnections(Scheme scheme)
    {
        Serve(scheme, Phase.Headers.HeldScript(Held));
        WireClient client = Connect(AbandonStrategy.Drain);
        await client.Http.GetStringAsync("/next");

        client.Http.Dispose();

        await client.Graceful!.WaitForIdleAsync().WithinAsync();
        (await Server.Connections[0].Ended.WithinAsync()).ShouldBe(scheme.PeacefulEnding());
        await Recorder.SettleAsync();
        Recorder.ResetsFromClient.ShouldBe(0);
    }
}
