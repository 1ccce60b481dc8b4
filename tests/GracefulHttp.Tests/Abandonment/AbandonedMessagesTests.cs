using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;

namespace GracefulHttp.Tests.Abandonment;

/// <summary>A message whose abandoned attempt still runs is never the one that is sent: its clone is.</summary>
public sealed class AbandonedMessagesTests : IDisposable
{
    private readonly RecordingLoggerFactory _logs = new();
    private readonly List<HttpRequestMessage> _sent = [];
    private readonly List<TaskCompletionSource<HttpResponseMessage>> _answers = [];

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task SendAsync_SentAgainRightAfterItsException_IsCloned()
    {
        var clock = new SlowClock();
        using GracefulHttpHandler handler = Handler(clock);
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        using var caller = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");
        bool idle = true;
        Task first = invoker.SendAsync(request, caller.Token);
        Task second = first.ContinueWith(
            _ =>
            {
                idle = handler.WaitForIdleAsync().IsCompleted;
                _ = invoker.SendAsync(request, CancellationToken.None);
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        clock.IsSlow = true;

        await caller.CancelAsync();
        await second.WithinAsync();

        idle.ShouldBeFalse();
        _sent[1].ShouldNotBeSameAs(request);
        _answers.ForEach(answer => answer.TrySetException(new HttpRequestException("over")));
        await handler.WaitForIdleAsync().WithinAsync();
    }

    [Fact]
    public async Task SendAsync_DrainOfAnEarlierBodyEnds_LaterAttemptIsStillKnown()
    {
        using GracefulHttpHandler handler = Handler(TimeProvider.System);
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");
        var body = new ScriptedBody();
        Task<HttpResponseMessage> first = invoker.SendAsync(request, CancellationToken.None);
        _answers[0].SetResult(new HttpResponseMessage { Content = new StreamContent(body) });
        (await first.WithinAsync()).Dispose();
        using var caller = new CancellationTokenSource();
        Task second = invoker.SendAsync(request, caller.Token);
        _sent[1].ShouldBeSameAs(request, "a body that is drained does not need it");
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WithinAsync());

        body.End();

        // The record is the last thing that a job does.
        await _logs.WaitForAsync(record => record.Id.Name == "RequestEnded").WithinAsync();
        _ = invoker.SendAsync(request, CancellationToken.None);

        _sent[2].ShouldNotBeSameAs(request, "its second attempt still runs");
        _answers.ForEach(answer => answer.TrySetException(new HttpRequestException("over")));
        await handler.WaitForIdleAsync().WithinAsync();
    }

    private GracefulHttpHandler Handler(TimeProvider clock)
    {
        var stub = new StubHandler((message, _) =>
        {
            _sent.Add(message);
            _answers.Add(new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously));
            return _answers[^1].Task;
        });
        return new GracefulHttpHandler(new GracefulHttpOptions(), stub) { TimeProvider = clock, LoggerFactory = _logs };
    }

    /// <summary>Lets everything run that the thread pool has queued so far, whenever it is asked: a thread that is preempted there.</summary>
    private sealed class SlowClock : TimeProvider
    {
        private const int Rounds = 50;

        public bool IsSlow { get; set; }

        public override long GetTimestamp()
        {
            for (int i = 0; IsSlow && i < Rounds; i++)
            {
                using var passed = new ManualResetEventSlim();
                ThreadPool.UnsafeQueueUserWorkItem(static passed => passed.Set(), passed, preferLocal: false);
                passed.Wait(Deadline.Default).ShouldBeTrue();
            }

            return base.GetTimestamp();
        }
    }
}
