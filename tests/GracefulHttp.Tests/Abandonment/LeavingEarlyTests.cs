using GracefulHttp.TestKit;

namespace GracefulHttp.Tests.Abandonment;

/// <summary>The token fires while the inner handler has not returned its task yet: it blocks, or a content of the user's does.</summary>
public sealed class LeavingEarlyTests
{
    [Fact]
    public async Task SendAsync_InnerHandlerBlocks_ItsTokenFiresInsideCancelAndTheCallerLeaves()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using HttpMessageInvoker invoker = Over((_, token) =>
        {
            entered.TrySetResult();
            token.WaitHandle.WaitOne(Deadline.Default).ShouldBeTrue("nothing else ends what blocks");
            return Task.FromCanceled<HttpResponseMessage>(token);
        });
        using var caller = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");
        Task<HttpResponseMessage> sending = Task.Run(() => invoker.SendAsync(request, caller.Token));
        await entered.Task.WithinAsync();

        await caller.CancelAsync();

        var thrown = await Assert.ThrowsAnyAsync<TaskCanceledException>(() => sending.WithinAsync());
        thrown.CancellationToken.ShouldBe(caller.Token);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SendAsync_TokenFiresInsideTheInnerHandler_ExceptionCarriesIt(bool throwsAtOnce)
    {
        using var caller = new CancellationTokenSource();
        using HttpMessageInvoker invoker = Over((_, token) =>
        {
#pragma warning disable VSTHRD103, CA1849 // It shall fire before this returns.
            caller.Cancel();
#pragma warning restore VSTHRD103, CA1849
            token.IsCancellationRequested.ShouldBeTrue();
            return throwsAtOnce
                ? throw new OperationCanceledException(token)
                : new TaskCompletionSource<HttpResponseMessage>().Task.WaitAsync(token);
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");

        var thrown = await Assert.ThrowsAnyAsync<TaskCanceledException>(() => invoker.SendAsync(request, caller.Token).WithinAsync());

        thrown.CancellationToken.ShouldBe(caller.Token);
    }

    [Fact]
    public async Task SendAsync_TokenFiresInsideAnInnerHandlerThatAnswersAllTheSame_AnswerIsDisposed()
    {
        using var caller = new CancellationTokenSource();
        var body = new ScriptedBody();
        using HttpMessageInvoker invoker = Over((_, _) =>
        {
#pragma warning disable VSTHRD103, CA1849 // It shall fire before this returns.
            caller.Cancel();
#pragma warning restore VSTHRD103, CA1849
            return Task.FromResult(new HttpResponseMessage { Content = new StreamContent(body) });
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");

        await Assert.ThrowsAnyAsync<TaskCanceledException>(() => invoker.SendAsync(request, caller.Token).WithinAsync());

        await body.Disposed.Task.WithinAsync();
    }

    [Fact]
    public async Task SendAsync_InnerHandlerThrowsAtOnce_ExceptionIsItsOwnAndTheTokenIsWatchedNoMore()
    {
        CancellationToken inner = default;
        using HttpMessageInvoker invoker = Over((_, token) =>
        {
            inner = token;
            throw new InvalidOperationException("no");
        });
        using var caller = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");

        Assert.Throws<InvalidOperationException>(() => { _ = invoker.SendAsync(request, caller.Token); });

        await caller.CancelAsync();
        inner.IsCancellationRequested.ShouldBeFalse();
    }

    private static HttpMessageInvoker Over(Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> sendAsync) =>
        new(new GracefulHttpHandler(new GracefulHttpOptions(), new StubHandler(sendAsync)));
}
