using System.Net;
using GracefulHttp.TestKit;
using Polly.Retry;
using Polly.Timeout;

namespace GracefulHttp.Tests.Retry;

/// <summary>An attempt that has timed out goes on, and may win.</summary>
public sealed class LateAnswerTests
{
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Total = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task SendAsync_FirstAttemptAnswersLate_ItsAnswerIsTheCallers()
    {
        using RetryRig rig = NewRig();
        Task<HttpResponseMessage> call = rig.GetAsync();
        ScriptedAttempt first = await rig.AttemptAsync(0);
        ScriptedAttempt second = await rig.TimeOutAsync(0, AttemptTimeout);
        first.Token.IsCancellationRequested.ShouldBeFalse();

        NotingResponse late = first.Answer();

        (await call.WithinAsync()).ShouldBeSameAs(late);
        await CanceledAsync(second.Token);
        rig.Inner.Calls.ShouldBe(2);
        rig.Metrics.Sum(GracefulHttpTelemetry.LateAnswers).ShouldBe(1);
    }

    [Fact]
    public async Task SendAsync_FirstAnswerAfter400MsAndAttemptsOf150_OneRetryIsSent()
    {
        var attemptTimeout = TimeSpan.FromMilliseconds(150);
        using var rig = new RetryRig(options => options.AttemptTimeout = attemptTimeout);
        Task<HttpResponseMessage> call = rig.GetAsync();
        ScriptedAttempt first = await rig.AttemptAsync(0);
        await rig.TimeOutAsync(0, attemptTimeout);
        await rig.Clock.WaitForTimerAsync(attemptTimeout);

        rig.Clock.Advance(TimeSpan.FromMilliseconds(250 - 1) - await rig.DelayAsync(0));
        NotingResponse late = first.Answer();

        (await call.WithinAsync()).ShouldBeSameAs(late);
        rig.Inner.Calls.ShouldBe(2);
    }

    [Fact]
    public async Task SendAsync_LateAnswerDuringTheDelay_IsNotKeptWaiting()
    {
        using RetryRig rig = NewRig();
        Task<HttpResponseMessage> call = rig.GetAsync();
        ScriptedAttempt first = await rig.AttemptAsync(0);
        await rig.Clock.WaitForTimerAsync(AttemptTimeout);
        rig.Clock.Advance(AttemptTimeout);
        await rig.Clock.WaitForTimerAsync(await rig.DelayAsync(0));

        NotingResponse late = first.Answer();

        (await call.WithinAsync()).ShouldBeSameAs(late);
        rig.Inner.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task SendAsync_RetryAnswersFirst_TheFirstAttemptIsAbandoned()
    {
        using RetryRig rig = NewRig();
        Task<HttpResponseMessage> call = rig.GetAsync();
        ScriptedAttempt first = await rig.AttemptAsync(0);

        NotingResponse answer = (await rig.TimeOutAsync(0, AttemptTimeout)).Answer();

        (await call.WithinAsync()).ShouldBeSameAs(answer);
        await CanceledAsync(first.Token);
        rig.Metrics.Sum(GracefulHttpTelemetry.LateAnswers).ShouldBe(0);
    }

    [Fact]
    public async Task SendAsync_LoserIgnoresItsToken_TheWinnerIsNotKeptWaiting()
    {
        using RetryRig rig = NewRig();
        rig.IgnoresTokens = true;
        Task<HttpResponseMessage> call = rig.GetAsync();
        ScriptedAttempt first = await rig.AttemptAsync(0);
        (await rig.TimeOutAsync(0, AttemptTimeout)).Answer();

        (await call.WithinAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);

        first.Sending.IsCompleted.ShouldBeFalse();
        await first.Answer().Disposed.WithinAsync();
    }

    [Fact]
    public async Task SendAsync_LateAttemptFails_IsGone()
    {
        using RetryRig rig = NewRig();
        Task<HttpResponseMessage> call = rig.GetAsync();
        ScriptedAttempt first = await rig.AttemptAsync(0);
        ScriptedAttempt second = await rig.TimeOutAsync(0, AttemptTimeout);

        await first.Answer(HttpStatusCode.ServiceUnavailable).Disposed.WithinAsync();
        call.IsCompleted.ShouldBeFalse();
        NotingResponse answer = second.Answer();

        (await call.WithinAsync()).ShouldBeSameAs(answer);
    }

    [Fact]
    public async Task SendAsync_RetriesFailWhileTheFirstAttemptRuns_ItIsStillWaitedFor()
    {
        using RetryRig rig = NewRig(options => options.MaxRetryAttempts = 1);
        Task<HttpResponseMessage> call = rig.GetAsync();
        ScriptedAttempt first = await rig.AttemptAsync(0);
        NotingResponse failure = (await rig.TimeOutAsync(0, AttemptTimeout)).Answer(HttpStatusCode.ServiceUnavailable);

        rig.Clock.Advance(TimeSpan.FromSeconds(20));
        call.IsCompleted.ShouldBeFalse();
        NotingResponse late = first.Answer();

        (await call.WithinAsync()).ShouldBeSameAs(late);
        await failure.Disposed.WithinAsync();
    }

    [Fact]
    public async Task SendAsync_RetriesFailAndTheFirstAttemptHangs_TheTotalTimeoutThrows()
    {
        using RetryRig rig = NewRig(options => options.MaxRetryAttempts = 1);
        Task<HttpResponseMessage> call = rig.GetAsync();
        ScriptedAttempt first = await rig.AttemptAsync(0);
        NotingResponse failure = (await rig.TimeOutAsync(0, AttemptTimeout)).Answer(HttpStatusCode.ServiceUnavailable);

        rig.Clock.Advance(Total);

        await Should.ThrowAsync<TimeoutRejectedException>(call.WithinAsync());
        first.Token.IsCancellationRequested.ShouldBeTrue();
        await failure.Disposed.WithinAsync();
    }

    [Fact]
    public async Task SendAsync_RetriesFailAndThenTheFirstAttemptToo_AFailureIsTheCallers()
    {
        using RetryRig rig = NewRig(options => options.MaxRetryAttempts = 1);
        Task<HttpResponseMessage> call = rig.GetAsync();
        ScriptedAttempt first = await rig.AttemptAsync(0);
        NotingResponse failure = (await rig.TimeOutAsync(0, AttemptTimeout)).Answer(HttpStatusCode.ServiceUnavailable);

        first.Fail(new HttpRequestException("late"));

        (await call.WithinAsync()).ShouldBeSameAs(failure);
        failure.Disposed.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task SendAsync_OnlyAttemptFailsLate_ItsFailureIsTheCallers()
    {
        using RetryRig rig = NewRig(options => options.MaxRetryAttempts = 0);
        Task<HttpResponseMessage> call = rig.GetAsync();
        ScriptedAttempt first = await rig.AttemptAsync(0);
        await rig.Clock.WaitForTimerAsync(AttemptTimeout);
        rig.Clock.Advance(AttemptTimeout);

        NotingResponse failure = first.Answer(HttpStatusCode.ServiceUnavailable);

        (await call.WithinAsync()).ShouldBeSameAs(failure);
        failure.Disposed.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task SendAsync_FailsWhileItsTimeoutIsStillDecidedOn_ItsFailureIsTheCallers()
    {
        var decision = new TaskCompletionSource<bool>();
        using RetryRig rig = NewRig(options => options.ShouldHandle = args => DecideOnTimeout(args, decision.Task));
        Task<HttpResponseMessage> call = rig.GetAsync();
        NotingResponse failure = await FailWhileItsTimeoutIsDecidedOnAsync(rig);

        decision.SetResult(false);

        (await call.WithinAsync()).ShouldBeSameAs(failure);
        failure.Disposed.IsCompleted.ShouldBeFalse();
        rig.Inner.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task SendAsync_FailsWhileItsTimeoutIsStillDecidedOnAndARetryFollows_IsGone()
    {
        var decision = new TaskCompletionSource<bool>();
        using RetryRig rig = NewRig(options => options.ShouldHandle = args => DecideOnTimeout(args, decision.Task));
        Task<HttpResponseMessage> call = rig.GetAsync();
        NotingResponse failure = await FailWhileItsTimeoutIsDecidedOnAsync(rig);

        decision.SetResult(true);
        ScriptedAttempt second = await rig.PassDelayAsync(0);
        await failure.Disposed.WithinAsync();
        NotingResponse answer = second.Answer();

        (await call.WithinAsync()).ShouldBeSameAs(answer);
    }

    [Fact]
    public async Task SendAsync_FailsWhileItsTimeoutIsStillDecidedOnAndThatThrows_IsGone()
    {
        var decision = new TaskCompletionSource<bool>();
        using RetryRig rig = NewRig(options => options.ShouldHandle = args => DecideOnTimeout(args, decision.Task));
        Task<HttpResponseMessage> call = rig.GetAsync();
        NotingResponse failure = await FailWhileItsTimeoutIsDecidedOnAsync(rig);

        decision.SetException(new InvalidOperationException("the user's"));

        (await Should.ThrowAsync<InvalidOperationException>(call.WithinAsync())).Message.ShouldBe("the user's");
        await failure.Disposed.WithinAsync();
    }

    [Fact]
    public async Task SendAsync_LateAttemptThrows_IsTheCallersAndNoLateAnswer()
    {
        using RetryRig rig = NewRig();
        Task<HttpResponseMessage> call = rig.GetAsync();
        ScriptedAttempt first = await rig.AttemptAsync(0);
        await rig.TimeOutAsync(0, AttemptTimeout);

        first.Fail(new InvalidOperationException("a handler's"));

        (await Should.ThrowAsync<InvalidOperationException>(call.WithinAsync())).Message.ShouldBe("a handler's");
        rig.Metrics.Sum(GracefulHttpTelemetry.RetryAttempts, (GracefulHttpTelemetry.Outcome, "answered_late")).ShouldBe(1);
        rig.Metrics.Sum(GracefulHttpTelemetry.LateAnswers).ShouldBe(0);
        rig.Logs.Records.ShouldNotContain(static record => record.Id.Name == "LateAnswer");
    }

    [Fact]
    public async Task SendAsync_NothingAnswers_LateAttemptsLiveUntilTheTotalTimeout()
    {
        using RetryRig rig = NewRig(options => options.MaxRetryAttempts = 1);
        Task<HttpResponseMessage> call = rig.GetAsync();
        ScriptedAttempt first = await rig.AttemptAsync(0);
        ScriptedAttempt second = await rig.TimeOutAsync(0, AttemptTimeout);
        await rig.Clock.WaitForTimerAsync(AttemptTimeout);
        rig.Clock.Advance(Total - AttemptTimeout - await rig.DelayAsync(0) - TimeSpan.FromTicks(1));
        (first.Token.IsCancellationRequested || second.Token.IsCancellationRequested || call.IsCompleted).ShouldBeFalse();

        rig.Clock.Advance(TimeSpan.FromTicks(1));

        (await Should.ThrowAsync<TimeoutRejectedException>(call.WithinAsync())).Timeout.ShouldBe(Total);
        (first.Token.IsCancellationRequested && second.Token.IsCancellationRequested).ShouldBeTrue();
    }

    [Fact]
    public async Task SendAsync_NotIdempotent_IsWaitedForBeyondItsTimeout()
    {
        using RetryRig rig = NewRig();
        Task<HttpResponseMessage> call = rig.SendAsync(new HttpRequestMessage(HttpMethod.Post, "http://test/"));
        ScriptedAttempt only = await rig.AttemptAsync(0);
        await rig.Clock.WaitForTimerAsync(AttemptTimeout);
        rig.Clock.Advance(AttemptTimeout);

        NotingResponse late = only.Answer();

        (await call.WithinAsync()).ShouldBeSameAs(late);
        rig.Inner.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task SendAsync_LateAnswersRefused_TheTimeoutIsHard()
    {
        using RetryRig rig = NewRig(options => options.AcceptLateResponses = false);
        Task<HttpResponseMessage> call = rig.GetAsync();
        ScriptedAttempt first = await rig.AttemptAsync(0);

        ScriptedAttempt second = await rig.TimeOutAsync(0, AttemptTimeout);
        first.Token.IsCancellationRequested.ShouldBeTrue();
        second.Answer();

        (await call.WithinAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task SendAsync_LateAnswersRefusedAndNoRetryLeft_ThrowsTheAttemptsTimeout()
    {
        using RetryRig rig = NewRig(options => (options.AcceptLateResponses, options.MaxRetryAttempts) = (false, 0));
        rig.IgnoresTokens = true;
        Task<HttpResponseMessage> call = rig.GetAsync();
        ScriptedAttempt only = await rig.AttemptAsync(0);
        await rig.Clock.WaitForTimerAsync(AttemptTimeout);

        rig.Clock.Advance(AttemptTimeout);

        (await Should.ThrowAsync<TimeoutRejectedException>(call.WithinAsync())).Timeout.ShouldBe(AttemptTimeout);
        await only.Answer().Disposed.WithinAsync();
        rig.Metrics.Sum(GracefulHttpTelemetry.RetryAttempts, (GracefulHttpTelemetry.Outcome, "timed_out")).ShouldBe(1);
    }

    [Fact]
    public async Task SendAsync_TimeoutIsNotToBeHandled_TheAttemptIsWaitedFor()
    {
        using RetryRig rig = NewRig(options => options.ShouldHandle = static args => new(args.Outcome.Result?.StatusCode == HttpStatusCode.BadGateway));
        Task<HttpResponseMessage> call = rig.GetAsync();
        ScriptedAttempt only = await rig.AttemptAsync(0);
        await rig.Clock.WaitForTimerAsync(AttemptTimeout);
        rig.Clock.Advance(AttemptTimeout);

        only.Answer();

        (await call.WithinAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);
        rig.Inner.Calls.ShouldBe(1);
    }

    /// <summary>Every failure is worth another attempt, and so is a time-out when <paramref name="decision"/> says so.</summary>
    private static async ValueTask<bool> DecideOnTimeout(RetryPredicateArguments<HttpResponseMessage> args, Task<bool> decision) =>
        args.Outcome.Exception is TimeoutRejectedException ? await decision : args.Outcome.Result?.IsSuccessStatusCode != true;

    private static async Task<NotingResponse> FailWhileItsTimeoutIsDecidedOnAsync(RetryRig rig)
    {
        ScriptedAttempt first = await rig.AttemptAsync(0);
        await rig.Clock.WaitForTimerAsync(AttemptTimeout);
        rig.Clock.Advance(AttemptTimeout);
        NotingResponse failure = first.Answer(HttpStatusCode.ServiceUnavailable);
        await rig.Metrics.WaitForAsync(GracefulHttpTelemetry.RetryAttempts);
        return failure;
    }

    private static RetryRig NewRig(Action<GracefulRetryOptions>? configure = null) => new(options =>
    {
        options.AttemptTimeout = AttemptTimeout;
        options.TotalRequestTimeout = Total;
        configure?.Invoke(options);
    });

    private static async Task CanceledAsync(CancellationToken token)
    {
        var canceled = new TaskCompletionSource();
        await using CancellationTokenRegistration registration = token.Register(canceled.SetResult);
        await canceled.Task.WithinAsync();
    }
}
