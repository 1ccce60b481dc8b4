using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;

namespace GracefulHttp.Tests.Abandonment;

/// <summary>A synchronous <c>Send</c> is ended on its own thread, and then told of as any other abandoned request.</summary>
public sealed class SynchronousSendTests : IDisposable
{
    private readonly RecordingLoggerFactory _logs = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task Send_Cancelled_IsLoggedAndCarriesTheCallersToken()
    {
        using var caller = new CancellationTokenSource();
        using GracefulHttpHandler handler = Over((_, token) =>
        {
            caller.Cancel();
            throw new OperationCanceledException(token);
        });
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");

        var thrown = Assert.ThrowsAny<TaskCanceledException>(() => invoker.Send(request, caller.Token));

        thrown.CancellationToken.ShouldBe(caller.Token);
        await handler.WaitForIdleAsync().WithinAsync();
        Outcomes.ShouldBe(["closed"]);
    }

    [Fact]
    public void Send_TokenHasFiredBefore_SendsNothingAndCountsNothing()
    {
        int sent = 0;
        using GracefulHttpHandler handler = Over((_, _) =>
        {
            sent++;
            return new HttpResponseMessage();
        });
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");
        var caller = new CancellationToken(canceled: true);

        Assert.ThrowsAny<TaskCanceledException>(() => invoker.Send(request, caller)).CancellationToken.ShouldBe(caller);

        sent.ShouldBe(0);
        Outcomes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Send_CancelledAndAnsweredAllTheSame_AnswerIsDisposedAndTheCallerToldOfItsOwnToken()
    {
        using var caller = new CancellationTokenSource();
        var body = new ScriptedBody();
        using GracefulHttpHandler handler = Over((_, _) =>
        {
            caller.Cancel();
            return new HttpResponseMessage { Content = new StreamContent(body) };
        });
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");

        var thrown = Assert.ThrowsAny<TaskCanceledException>(() => invoker.Send(request, caller.Token));

        thrown.CancellationToken.ShouldBe(caller.Token);
        await handler.WaitForIdleAsync().WithinAsync();
        body.Disposed.Task.IsCompleted.ShouldBeTrue();
        Outcomes.ShouldBe(["closed"]);
    }

    [Fact]
    public void Send_NotCancelled_GivesTheAnswerAndWatchesTheTokenNoMore()
    {
        using var caller = new CancellationTokenSource();
        CancellationToken inner = default;
        using GracefulHttpHandler handler = Over((_, token) =>
        {
            inner = token;
            return new HttpResponseMessage();
        });
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");

        invoker.Send(request, caller.Token).Dispose();

        caller.Cancel();
        inner.IsCancellationRequested.ShouldBeFalse();
        Outcomes.ShouldBeEmpty();
    }

    private IEnumerable<string> Outcomes =>
        _logs.Records.Where(r => r.Id.Name == "RequestEnded").Select(r => (string)r.Values["Outcome"]!);

    private GracefulHttpHandler Over(Func<HttpRequestMessage, CancellationToken, HttpResponseMessage> send) =>
        new(new GracefulHttpOptions(), new StubHandler((_, _) => throw new NotSupportedException(), send)) { LoggerFactory = _logs };
}
