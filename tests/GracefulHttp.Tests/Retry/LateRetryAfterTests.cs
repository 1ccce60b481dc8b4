using System.Net;
using GracefulHttp.TestKit;

namespace GracefulHttp.Tests.Retry;

/// <summary>What a server asks for with the answer of an attempt that is late counts as much as with one in time.</summary>
public sealed class LateRetryAfterTests : IDisposable
{
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly RetryRig _rig = new(options => options.AttemptTimeout = AttemptTimeout);

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData("28")]
    [InlineData("3600")]
    [InlineData("2147483648")]
    [InlineData("99999999999999999999")]
    [InlineData("Sat, 01 Jan 2000 00:00:30 GMT")]
    public async Task SendAsync_LateAndBeyondTheTimeLeft_TheResponseIsTheCallersAtOnce(string retryAfter)
    {
        Task<HttpResponseMessage> call = _rig.GetAsync();
        ScriptedAttempt first = await _rig.AttemptAsync(0);
        await PassTimeoutAsync();

        NotingResponse failure = first.Answer(HttpStatusCode.ServiceUnavailable, retryAfter);

        (await call.WithinAsync()).ShouldBeSameAs(failure);
        failure.Disposed.IsCompleted.ShouldBeFalse();
        _rig.Inner.Calls.ShouldBe(1);
        _rig.Metrics.Sum(GracefulHttpTelemetry.RetryAttempts, (GracefulHttpTelemetry.Outcome, "failed")).ShouldBe(1);
        _rig.Metrics.Sum(GracefulHttpTelemetry.LateAnswers).ShouldBe(0);
    }

    [Fact]
    public async Task SendAsync_LateAndWithinTheTimeLeft_TheNextAttemptWaits()
    {
        Task<HttpResponseMessage> call = _rig.GetAsync();
        ScriptedAttempt first = await _rig.AttemptAsync(0);
        TimeSpan delay = await PassTimeoutAsync();

        await first.Answer(HttpStatusCode.TooManyRequests, "5").Disposed.WithinAsync();
        _rig.Clock.Advance(delay);
        await _rig.Clock.WaitForTimerAsync((5 * Second) - delay);
        _rig.Clock.Advance((5 * Second) - delay - TimeSpan.FromTicks(1));
        _rig.Inner.Calls.ShouldBe(1);
        _rig.Clock.Advance(TimeSpan.FromTicks(1));

        NotingResponse answer = (await _rig.AttemptAsync(1)).Answer();
        (await call.WithinAsync()).ShouldBeSameAs(answer);
    }

    [Fact]
    public async Task SendAsync_LateAndShorterThanTheDelay_TheDelayIsAsItWas()
    {
        Task<HttpResponseMessage> call = _rig.GetAsync();
        ScriptedAttempt first = await _rig.AttemptAsync(0);
        TimeSpan delay = await PassTimeoutAsync();

        await first.Answer(HttpStatusCode.TooManyRequests, "0").Disposed.WithinAsync();
        _rig.Clock.Advance(delay);

        (await _rig.AttemptAsync(1)).Answer();
        (await call.WithinAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task SendAsync_LateWhileTheNextAttemptRuns_TheOneAfterItWaits()
    {
        Task<HttpResponseMessage> call = _rig.GetAsync();
        ScriptedAttempt first = await _rig.AttemptAsync(0);
        ScriptedAttempt second = await _rig.TimeOutAsync(0, AttemptTimeout);

        await first.Answer(HttpStatusCode.ServiceUnavailable, "5").Disposed.WithinAsync();
        second.Answer(HttpStatusCode.ServiceUnavailable);
        TimeSpan delay = await _rig.DelayAsync(1);
        await _rig.Clock.WaitForTimerAsync(delay);
        _rig.Clock.Advance(delay);
        await _rig.Clock.WaitForTimerAsync((5 * Second) - delay);
        _rig.Inner.Calls.ShouldBe(2);
        _rig.Clock.Advance((5 * Second) - delay);

        (await _rig.AttemptAsync(2)).Answer();
        (await call.WithinAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task SendAsync_CallerLeavesDuringTheWait_NothingMoreIsSent()
    {
        using var caller = new CancellationTokenSource();
        Task<HttpResponseMessage> call = _rig.GetAsync(caller.Token);
        ScriptedAttempt first = await _rig.AttemptAsync(0);
        TimeSpan delay = await PassTimeoutAsync();
        await first.Answer(HttpStatusCode.TooManyRequests, "5").Disposed.WithinAsync();
        _rig.Clock.Advance(delay);
        await _rig.Clock.WaitForTimerAsync((5 * Second) - delay);

        await caller.CancelAsync();

        (await Should.ThrowAsync<TaskCanceledException>(call.WithinAsync())).CancellationToken.ShouldBe(caller.Token);
        _rig.Clock.Advance(5 * Second);
        _rig.Inner.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task SendAsync_InTimeAndBeyondTheTimeLeftWhileALateAttemptRuns_TheResponseIsTheCallersAtOnce()
    {
        Task<HttpResponseMessage> call = _rig.GetAsync();
        ScriptedAttempt first = await _rig.AttemptAsync(0);
        ScriptedAttempt second = await _rig.TimeOutAsync(0, AttemptTimeout);

        NotingResponse failure = second.Answer(HttpStatusCode.ServiceUnavailable, "3600");

        (await call.WithinAsync()).ShouldBeSameAs(failure);
        await Should.ThrowAsync<TaskCanceledException>(first.Sending.WithinAsync());
        failure.Disposed.IsCompleted.ShouldBeFalse();
    }

    /// <summary>The attempt is late; the delay before the next one runs.</summary>
    private async Task<TimeSpan> PassTimeoutAsync()
    {
        await _rig.Clock.WaitForTimerAsync(AttemptTimeout);
        _rig.Clock.Advance(AttemptTimeout);
        TimeSpan delay = await _rig.DelayAsync(0);
        await _rig.Clock.WaitForTimerAsync(delay);
        return delay;
    }
}
