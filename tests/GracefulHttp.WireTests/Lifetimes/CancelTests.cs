using GracefulHttp.TestKit;
using GracefulHttp.WireTests.Carriers;

namespace GracefulHttp.WireTests.Lifetimes;

/// <summary>
/// <c>Cancel()</c> returns, and the caller is let go, whatever goes on below: nothing graceful runs on the caller's path, and
/// none of the caller's code runs inside its <c>Cancel()</c>.
/// </summary>
public sealed class CancelTests : CarrierTest
{
    [ThreadStatic]
    private static bool s_cancelling;

    private readonly StuckTransport _stuck = new();

    [Theory]
    [InlineData(AbandonStrategy.Drain)]
    [InlineData(AbandonStrategy.Close)]
    [InlineData(AbandonStrategy.Abort)]
    public async Task Cancel_ConnectionBlocksInItsDispose_ReturnsAndTheCallerIsLetGo(AbandonStrategy strategy)
    {
        ExpectedWarnings = ["ForeignStream"];
        await ServeHeldAsync(Carrier.Http);
        WireClient client = Connect(OverStuckTransport(), new GracefulHttpOptions { Strategy = strategy });

        (Task call, Task cancel) = await CancelWhileHeldAsync(client);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithinAsync());
        await cancel.WithinAsync();
        Held.IsReleased.ShouldBeFalse();
        _stuck.IsReleased.ShouldBeFalse();
        _stuck.Release();
    }

    [Fact]
    public async Task Cancel_OfThePlainClient_IsBlockedByTheConnectionsDispose()
    {
        await ServeHeldAsync(Carrier.Http);
        WireClient client = ConnectThrough(OverStuckTransport());

        (Task call, Task cancel) = await CancelWhileHeldAsync(client);

        await _stuck.Disposing.WithinAsync();
        cancel.IsCompleted.ShouldBeFalse();
        _stuck.Release();
        await cancel.WithinAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithinAsync());
    }

    [Theory]
    [MemberData(nameof(CarrierCells.AllStrategies), MemberType = typeof(CarrierCells))]
    public async Task Cancel_WaitingForHeaders_CallersCodeDoesNotRunInside(Carrier carrier, AbandonStrategy strategy)
    {
        await ServeHeldAsync(carrier);
        using var invoker = new HttpMessageInvoker(
            Connect(options: new GracefulHttpOptions { Strategy = strategy }).Graceful!, disposeHandler: false);
        using HttpRequestMessage request = NewRequest("/held");

        await CancelAndObserveAsync(token => invoker.SendAsync(request, token));
    }

    [Theory]
    [MemberData(nameof(CarrierCells.AllStrategies), MemberType = typeof(CarrierCells))]
    public async Task Cancel_ReadingTheBody_CallersCodeDoesNotRunInside(Carrier carrier, AbandonStrategy strategy)
    {
        await ServeAsync(carrier, exchange => exchange.AnswerStalledAsync(Held));
        using var invoker = new HttpMessageInvoker(
            Connect(options: new GracefulHttpOptions { Strategy = strategy }).Graceful!, disposeHandler: false);
        using HttpRequestMessage request = NewRequest("/held");
        using HttpResponseMessage response = await invoker.SendAsync(request, CancellationToken.None).WithinAsync();
        await using Stream body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[10]).AsTask().WithinAsync();

        await CancelAndObserveAsync(token => body.ReadAsync(new byte[10], token).AsTask());
    }

    private async Task CancelAndObserveAsync(Func<CancellationToken, Task> begin)
    {
        using var caller = new CancellationTokenSource();
        Task<(bool Inside, CancellationToken Token)> call = ObserveAsync(begin(caller.Token));
        await Held.ArrivedAsync();
        await Recorder.SettleAsync();

        s_cancelling = true;
#pragma warning disable CA1849 // Cancel() itself is under test.
        caller.Cancel();
#pragma warning restore CA1849
        s_cancelling = false;

        (bool inside, CancellationToken token) = await call.WithinAsync();
        inside.ShouldBeFalse();
        token.ShouldBe(caller.Token);
        Held.IsReleased.ShouldBeFalse();
    }

    /// <summary>What follows an await runs on the thread that completes the task, as the code of any caller does.</summary>
    private static async Task<(bool Inside, CancellationToken Token)> ObserveAsync(Task call)
    {
        try
        {
            await call.ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            return (s_cancelling, e.CancellationToken);
        }

        throw new InvalidOperationException("It was not cancelled.");
    }

    private async Task<(Task Call, Task Cancel)> CancelWhileHeldAsync(WireClient client)
    {
        var caller = new CancellationTokenSource();
        Task call = client.Http.GetAsync("/held", caller.Token);
        await Held.ArrivedAsync();
        await Recorder.SettleAsync();

        // A thread of its own, because it may be blocked.
        Task cancel = Task.Factory.StartNew(caller.Cancel, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return (call, cancel);
    }

    private SocketsHttpHandler OverStuckTransport()
    {
        SocketsHttpHandler sockets = NewSockets();
        sockets.ConnectCallback = _stuck.ConnectAsync;
        return sockets;
    }
}
