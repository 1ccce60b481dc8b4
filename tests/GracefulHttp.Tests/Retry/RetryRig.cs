using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.TestKit.Time;

namespace GracefulHttp.Tests.Retry;

/// <summary>A retry handler on a clock of the test's, above a handler whose every attempt the test answers.</summary>
internal sealed class RetryRig : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<ScriptedAttempt> _attempts = [];
    private readonly List<(int Number, TaskCompletionSource<ScriptedAttempt> Begun)> _waiters = [];
    private readonly HttpMessageInvoker _invoker;

    public RetryRig(Action<GracefulRetryOptions>? configure = null)
    {
        var options = new GracefulRetryOptions();
        configure?.Invoke(options);
        Metrics = new MeterRecorder(GracefulHttpTelemetry.Name, Meters);
        Inner = new StubHandler((message, token) => Begin(message, token).Sending);
        _invoker = new HttpMessageInvoker(
            new GracefulRetryHandler(options, Inner) { TimeProvider = Clock, LoggerFactory = Logs, MeterFactory = Meters });
    }

    public FakeTimeProvider Clock { get; } = new();

    public RecordingLoggerFactory Logs { get; } = new();

    public TestMeterFactory Meters { get; } = new();

    public MeterRecorder Metrics { get; }

    public StubHandler Inner { get; }

    /// <summary>Whether attempts go on when their token fires, as with a handler below that ignores it.</summary>
    public bool IgnoresTokens { get; set; }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken token = default) => _invoker.SendAsync(request, token);

    public HttpResponseMessage Send(HttpRequestMessage request) => _invoker.Send(request, CancellationToken.None);

    public Task<HttpResponseMessage> GetAsync(CancellationToken token = default) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, "http://test/"), token);

    /// <summary>The attempt with this number, from 0, when it has begun.</summary>
    public Task<ScriptedAttempt> AttemptAsync(int number)
    {
        var begun = new TaskCompletionSource<ScriptedAttempt>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (number < _attempts.Count)
            {
                begun.SetResult(_attempts[number]);
            }
            else
            {
                _waiters.Add((number, begun));
            }
        }

        return begun.Task.WithinAsync(null, $"attempt {number}");
    }

    /// <summary>Lets a soft time-out pass, and the delay after it; the attempt that comes then.</summary>
    public async Task<ScriptedAttempt> TimeOutAsync(int number, TimeSpan timeout)
    {
        await Clock.WaitForTimerAsync(timeout);
        Clock.Advance(timeout);
        return await PassDelayAsync(number);
    }

    /// <summary>Lets the delay after an attempt pass; the attempt that comes then.</summary>
    public async Task<ScriptedAttempt> PassDelayAsync(int number)
    {
        TimeSpan delay = await DelayAsync(number);
        await Clock.WaitForTimerAsync(delay);
        Clock.Advance(delay);
        return await AttemptAsync(number + 1);
    }

    /// <summary>The delay after an attempt, as it was chosen; timers know whole milliseconds.</summary>
    public async Task<TimeSpan> DelayAsync(int number)
    {
        var delay = (TimeSpan)(await Logs.WaitForAsync(record => record.Id.Name == "Retry" && Equals(record.Values["Attempt"], number))).Values["Delay"]!;
        return TimeSpan.FromMilliseconds(Math.Floor(delay.TotalMilliseconds));
    }

    public void Dispose()
    {
        _invoker.Dispose();
        Metrics.Dispose();
        Meters.Dispose();
        Logs.Dispose();
    }

    private ScriptedAttempt Begin(HttpRequestMessage message, CancellationToken token)
    {
        var attempt = new ScriptedAttempt(message, token);
        if (!IgnoresTokens)
        {
            attempt.EndWithToken();
        }

        lock (_lock)
        {
            foreach ((int number, TaskCompletionSource<ScriptedAttempt> begun) in _waiters)
            {
                if (number == _attempts.Count)
                {
                    begun.TrySetResult(attempt);
                }
            }

            _attempts.Add(attempt);
        }

        return attempt;
    }
}
