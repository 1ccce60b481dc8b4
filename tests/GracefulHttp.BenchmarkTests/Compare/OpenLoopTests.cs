using System.Threading.Channels;
using GracefulHttp.Benchmarks.Compare;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Time;

namespace GracefulHttp.BenchmarkTests.Compare;

/// <summary>A rate of 100 per second, so a request is intended each 10 ms of a clock that only the test moves.</summary>
public sealed class OpenLoopTests : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private readonly FakeTimeProvider _time = new();
    private readonly Channel<(TimeSpan Intended, TimeSpan At)> _sent = Channel.CreateUnbounded<(TimeSpan, TimeSpan)>();
    private readonly Channel<TimeSpan> _unsent = Channel.CreateUnbounded<TimeSpan>();
    private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _interrupted = new();

    public void Dispose() => _interrupted.Dispose();

    [Fact]
    public void IntendedAt_MillionsOfRequests_NoErrorAddsUp()
    {
        var loop = new OpenLoop(_time, perSecond: 3, mostUnderWay: 1);

        Span(loop.IntendedAt(0, 3_000_000)).ShouldBe(TimeSpan.FromSeconds(1_000_000));
    }

    [Fact]
    public async Task RunAsync_NoAnswerComes_StillSendsOnSchedule()
    {
        Task run = RunAsync(mostUnderWay: 100, Milliseconds(50));
        await ElapseAsync(40);

        for (int i = 0; i < 5; i++)
        {
            (await SentAsync()).ShouldBe((Milliseconds(10 * i), Milliseconds(10 * i)));
        }

        run.IsCompleted.ShouldBeFalse("it waits for what it has sent");
        _answer.SetResult();
        await run.WithinAsync();
        _unsent.Reader.TryRead(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task RunAsync_NoPlaceUntilLate_KeepsTheIntendedTime()
    {
        Task run = RunAsync(mostUnderWay: 1, Milliseconds(20));
        await ElapseAsync(15);
        (await SentAsync()).ShouldBe((TimeSpan.Zero, TimeSpan.Zero));
        _sent.Reader.TryRead(out _).ShouldBeFalse("the only place is taken");

        _answer.SetResult();
        await run.WithinAsync();

        (await SentAsync()).ShouldBe((Milliseconds(10), Milliseconds(15)));
        _unsent.Reader.TryRead(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task RunAsync_NoPlaceBeforeTheDeadline_LeavesNoRequestOut()
    {
        Task run = RunAsync(mostUnderWay: 1, Milliseconds(40));
        await ElapseAsync(40);

        foreach (int intended in (int[])[10, 20, 30])
        {
            (await _unsent.Reader.ReadAsync().AsTask().WithinAsync()).ShouldBe(Milliseconds(intended));
        }

        _answer.SetResult();
        await run.WithinAsync();
        (await SentAsync()).ShouldBe((TimeSpan.Zero, TimeSpan.Zero));
        _sent.Reader.TryRead(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task RunAsync_InterruptedBetweenTwoRequests_SendsNoMore()
    {
        Task run = RunAsync(mostUnderWay: 2, Milliseconds(40));
        await ElapseAsync(5);
        await SentAsync();
        _answer.SetResult();
        await _time.WaitForTimerAsync();

        await _interrupted.CancelAsync();
        _time.Advance(Tick);

        await run.WithinAsync();
        _sent.Reader.TryRead(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task RunAsync_InterruptedWithoutAPlace_WaitsOnlyForWhatIsUnderWay()
    {
        Task run = RunAsync(mostUnderWay: 1, Milliseconds(40));
        await ElapseAsync(10);
        await SentAsync();
        await _time.WaitForTimerAsync(Milliseconds(30));

        // No time passes any more.
        await _interrupted.CancelAsync();

        (await _unsent.Reader.ReadAsync().AsTask().WithinAsync()).ShouldBe(Milliseconds(10));
        _answer.SetResult();
        await run.WithinAsync();
        _sent.Reader.TryRead(out _).ShouldBeFalse();
    }

    private static TimeSpan Milliseconds(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private Task RunAsync(int mostUnderWay, TimeSpan length)
    {
        var loop = new OpenLoop(_time, perSecond: 100, mostUnderWay);
        long start = _time.GetTimestamp();
        long deadline = start + (long)(length.TotalSeconds * _time.TimestampFrequency);
        return Task.Run(() => loop.RunAsync(start, deadline, Plan, _interrupted.Token));

        PlannedRequest Plan(long intended) => new(
            () =>
            {
                _sent.Writer.TryWrite((Span(intended), Span(_time.GetTimestamp()))).ShouldBeTrue();
                return _answer.Task;
            },
            () => _unsent.Writer.TryWrite(Span(intended)).ShouldBeTrue());
    }

    private Task<(TimeSpan Intended, TimeSpan At)> SentAsync() => _sent.Reader.ReadAsync().AsTask().WithinAsync();

    /// <summary>Millisecond by millisecond, each only when the loop sleeps.</summary>
    private async Task ElapseAsync(int milliseconds)
    {
        for (int i = 0; i < milliseconds; i++)
        {
            await _time.WaitForTimerAsync();
            _time.Advance(Tick);
        }
    }

    private TimeSpan Span(long timestamp) => _time.GetElapsedTime(0, timestamp);
}
