using GracefulHttp.TestKit;

namespace GracefulHttp.Tests.Abandonment;

/// <summary>
/// A request that carries content and is not known to be sent in full: it is ended inside <c>Cancel()</c>, whatever the
/// strategy, and the caller gets its content back only when nobody reads it any more.
/// </summary>
public sealed class UploadTests
{
    private static readonly TimeSpan ContentGrace = TimeSpan.FromMilliseconds(100);

    [Theory]
    [InlineData(AbandonStrategy.Drain, "closed")]
    [InlineData(AbandonStrategy.Close, "closed")]
    [InlineData(AbandonStrategy.Abort, "aborted")]
    public async Task SendAsync_Cancelled_InnerTokenFiresInsideCancel(AbandonStrategy strategy, string outcome)
    {
        using var upload = new Upload(strategy);

#pragma warning disable VSTHRD103, CA1849 // What is over when Cancel() returns is under test.
        upload.Caller.Cancel();
#pragma warning restore VSTHRD103, CA1849

        upload.InnerToken.IsCancellationRequested.ShouldBeTrue();
        upload.EndInner();
        await Assert.ThrowsAnyAsync<TaskCanceledException>(() => upload.Sending.WithinAsync());
        await upload.Handler.WaitForIdleAsync().WithinAsync();
        upload.Outcomes.ShouldBe([outcome]);
    }

    [Fact]
    public async Task SendAsync_Cancelled_CallerIsLetGoWhenTheInnerRequestHasEnded()
    {
        using var upload = new Upload(AbandonStrategy.Drain);
        await upload.Caller.CancelAsync();
        await upload.Clock.WaitForTimerAsync(ContentGrace);
        upload.Sending.IsCompleted.ShouldBeFalse("its content may be in use");

        upload.EndInner();

        var thrown = await Assert.ThrowsAnyAsync<TaskCanceledException>(() => upload.Sending.WithinAsync());
        thrown.CancellationToken.ShouldBe(upload.Caller.Token);
    }

    [Fact]
    public async Task SendAsync_InnerHandlerIgnoresItsToken_CallerIsLetGoAfterTheGrace()
    {
        using var upload = new Upload(AbandonStrategy.Drain);
        await upload.Caller.CancelAsync();
        await upload.Clock.WaitForTimerAsync(ContentGrace);

        upload.Clock.Advance(ContentGrace);

        await Assert.ThrowsAnyAsync<TaskCanceledException>(() => upload.Sending.WithinAsync());
        upload.EndInner();
    }

    [Fact]
    public async Task SendAsync_WithoutContent_CallerIsLetGoAtOnce()
    {
        using var upload = new Upload(AbandonStrategy.Close, content: null);

        await upload.Caller.CancelAsync();

        await Assert.ThrowsAnyAsync<TaskCanceledException>(() => upload.Sending.WithinAsync());
        upload.EndInner();
    }

    /// <summary>A request over a handler that ends when the test says so, whatever its token does.</summary>
    private sealed class Upload : IDisposable
    {
        private readonly TaskCompletionSource<HttpResponseMessage> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TestKit.Diagnostics.RecordingLoggerFactory _logs = new();
        private readonly HttpMessageInvoker _invoker;
        private readonly HttpRequestMessage _request;

        public Upload(AbandonStrategy strategy)
            : this(strategy, new ByteArrayContent(new byte[10]))
        {
        }

        public Upload(AbandonStrategy strategy, HttpContent? content)
        {
            Handler = new GracefulHttpHandler(new GracefulHttpOptions { Strategy = strategy }, new StubHandler((_, token) =>
            {
                InnerToken = token;
                return _answer.Task;
            }))
            {
                TimeProvider = Clock,
                LoggerFactory = _logs,
            };
            _invoker = new HttpMessageInvoker(Handler);
            _request = new HttpRequestMessage(HttpMethod.Post, "http://test/") { Content = content };
            Sending = _invoker.SendAsync(_request, Caller.Token);
        }

        public GracefulHttpHandler Handler { get; }

        public TestKit.Time.FakeTimeProvider Clock { get; } = new();

        public CancellationTokenSource Caller { get; } = new();

        public CancellationToken InnerToken { get; private set; }

        public Task<HttpResponseMessage> Sending { get; }

        public IEnumerable<string> Outcomes =>
            _logs.Records.Where(r => r.Id.Name == "RequestEnded").Select(r => (string)r.Values["Outcome"]!);

        public void EndInner() => _answer.TrySetException(new HttpRequestException("ended"));

        public void Dispose()
        {
            _invoker.Dispose();
            _request.Dispose();
            Caller.Dispose();
            _logs.Dispose();
        }
    }
}
