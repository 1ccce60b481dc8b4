using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Time;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.WireTests;

/// <summary>A client of one wire test. What it is made of is the test's; that nothing of it is left at the end is checked for all.</summary>
public sealed class WireClient : IAsyncDisposable
{
    private const int FinGraces = 20;
    private static readonly TimeSpan FinGrace = TimeSpan.FromMilliseconds(100);

    private readonly SegmentRecorder _recorder;
    private readonly ResponseSignal _signal;
    private readonly FakeTimeProvider? _clock;

    public WireClient(Uri server, HttpMessageHandler handler, SegmentRecorder recorder)
    {
        _recorder = recorder;
        Graceful = Find(handler);
        _clock = Graceful?.TimeProvider as FakeTimeProvider;
        _signal = new ResponseSignal(handler);
        Http = new HttpClient(_signal) { BaseAddress = server };
    }

    public HttpClient Http { get; }

    /// <summary>Null for a client without the message layer.</summary>
    public GracefulHttpHandler? Graceful { get; }

    /// <summary>Completes when the response headers of a <c>/held</c> have come through for the first time.</summary>
    public Task ResponseReceived => _signal.Received;

    /// <summary>
    /// Makes a call to <c>/held</c>, waits until it is in its phase, and leaves. The answer is still held when this ends, so
    /// the caller cannot have waited for it.
    /// </summary>
    public Task<OperationCanceledException> AbandonAsync(SyncPoint held, Phase phase, ClientCall call = ClientCall.GetAsync) =>
        AbandonAsync(
            held,
            (client, token) => call.RunAsync(client, "/held", token),
            phase == Phase.Headers ? Task.CompletedTask : _signal.Received);

    /// <summary>The same with any call, which is where it shall be when <paramref name="begun"/> has completed too.</summary>
    public async Task<OperationCanceledException> AbandonAsync(
        SyncPoint held, Func<HttpClient, CancellationToken, Task> call, Task begun)
    {
        using var caller = new CancellationTokenSource();
        Task running = call(Http, caller.Token);
        await held.ArrivedAsync();

        // The server may have the request before the client's write has returned, and who leaves then leaves while sending: a
        // row of its own in the ladder. The recorder's barrier occupies each CPU in turn, so that the write gets out.
        await _recorder.SettleAsync();
        await begun.WithinAsync();
        running.IsCompleted.ShouldBeFalse();
        await caller.CancelAsync();
        OperationCanceledException e = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WithinAsync());
        held.IsReleased.ShouldBeFalse();
        e.CancellationToken.ShouldBe(caller.Token);
        return e;
    }

    /// <summary>Ends when the client is gone and nothing of it drains or lingers.</summary>
    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        Http.Dispose();
        await EndAsync();
    }

    public Task WaitForIdleAsync() => (Graceful?.WaitForIdleAsync() ?? Task.CompletedTask).WithinAsync();

    /// <summary>Retries and others of the user's may be above it.</summary>
    private static GracefulHttpHandler? Find(HttpMessageHandler? handler)
    {
        while (handler is DelegatingHandler above and not GracefulHttpHandler)
        {
            handler = above.InnerHandler;
        }

        return handler as GracefulHttpHandler;
    }

    /// <summary>Before its close_notify an idle TLS connection waits a moment for the peer's FIN: by the clock, which nobody moves any more.</summary>
    private async Task EndAsync()
    {
        Task idle = WaitForIdleAsync();
        for (int i = 0; i < FinGraces && !idle.IsCompleted && _clock is not null; i++)
        {
            await _recorder.SettleAsync();
            _clock.Advance(FinGrace);
        }

        await idle;
    }
}
