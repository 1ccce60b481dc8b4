using System.Net;
using GracefulHttp.TestKit;
using GracefulHttp.WireTests.Carriers;

namespace GracefulHttp.WireTests.Lifetimes;

/// <summary><see cref="GracefulHttpHandler.WaitForIdleAsync"/> knows of everything that goes on for callers who have left.</summary>
public sealed class IdleTests : CarrierTest
{
    private int _arrived;

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task WaitForIdleAsync_SeveralDrains_WaitsForTheLast(Carrier carrier)
    {
        var last = new SyncPoint();
        await ServeAsync(carrier, async exchange =>
        {
            await (Interlocked.Increment(ref _arrived) == 1 ? Held : last).ArriveAsync();
            await exchange.AnswerAsync();
        });
        WireClient client = Connect(options: new GracefulHttpOptions { DrainTimeout = TimeSpan.FromHours(1) });
        await AbandonAsync(client, Held, NewRequest("/held"));
        await AbandonAsync(client, last, NewRequest("/held"));

        Task idle = client.Graceful!.WaitForIdleAsync();
        Held.Release();
        await Logs.WaitForAsync(record => record.Id.Name == "RequestEnded");
        idle.IsCompleted.ShouldBeFalse();
        last.Release();

        await idle.WithinAsync();
        Outcomes.ShouldBe(["drained", "drained"]);
    }

    [Fact]
    public async Task WaitForIdleAsync_NothingWasEverSent_IsCompleted()
    {
        using var handler = new GracefulHttpHandler();

        await handler.WaitForIdleAsync();
    }

    [Fact]
    public async Task WaitForIdleAsync_AskedAsSoonAsTheCallerIsLetGo_KnowsOfTheDrain()
    {
        // Which of the two comes first is a race where it is left to one: many rounds.
        const int Rounds = 500;
        int forgotten = 0;
        for (int i = 0; i < Rounds; i++)
        {
            var answer = new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
            using var handler = new GracefulHttpHandler(new GracefulHttpOptions(), new StubHandler((_, _) => answer.Task));
            using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
            using var request = new HttpRequestMessage(HttpMethod.Get, "http://stub.example/");
            using var caller = new CancellationTokenSource();
            Task<bool> call = AskWhenLetGoAsync(handler, invoker.SendAsync(request, caller.Token));

#pragma warning disable CA1849 // Cancel() itself is under test.
            caller.Cancel();
#pragma warning restore CA1849
            forgotten += await call.WithinAsync() ? 1 : 0;
            answer.SetResult(new HttpResponseMessage(HttpStatusCode.OK));
            await handler.WaitForIdleAsync().WithinAsync();
        }

        forgotten.ShouldBe(0);
    }

    private static async Task<bool> AskWhenLetGoAsync(GracefulHttpHandler handler, Task call)
    {
        await Task.WhenAny(call).ConfigureAwait(false);
        return handler.WaitForIdleAsync().IsCompleted;
    }
}
