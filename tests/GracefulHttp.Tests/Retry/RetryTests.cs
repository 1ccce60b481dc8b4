using System.Net;
using GracefulHttp.TestKit;
using Polly.Timeout;

namespace GracefulHttp.Tests.Retry;

/// <summary>What is sent again, how often, and after which delay.</summary>
public sealed class RetryTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static TheoryData<HttpStatusCode, bool> Statuses() => new()
    {
        { HttpStatusCode.OK, false },
        { HttpStatusCode.NotFound, false },
        { HttpStatusCode.RequestTimeout, true },
        { HttpStatusCode.TooManyRequests, true },
        { HttpStatusCode.InternalServerError, true },
        { HttpStatusCode.NotImplemented, false },
        { HttpStatusCode.BadGateway, true },
        { HttpStatusCode.ServiceUnavailable, true },
        { HttpStatusCode.GatewayTimeout, true },
        { (HttpStatusCode)599, true },
        { (HttpStatusCode)600, false },
    };

    [Theory]
    [MemberData(nameof(Statuses))]
    public async Task SendAsync_Status_IsRetriedIfTransient(HttpStatusCode status, bool isTransient)
    {
        using var rig = new RetryRig();
        Task<HttpResponseMessage> call = rig.GetAsync();

        NotingResponse first = (await rig.AttemptAsync(0)).Answer(status);
        if (isTransient)
        {
            (await rig.PassDelayAsync(0)).Answer();
        }

        (await call.WithinAsync()).StatusCode.ShouldBe(isTransient ? HttpStatusCode.OK : status);
        first.Disposed.IsCompleted.ShouldBe(isTransient);
        rig.Inner.Calls.ShouldBe(isTransient ? 2 : 1);
    }

    [Fact]
    public async Task SendAsync_HttpRequestException_IsRetried()
    {
        using var rig = new RetryRig();
        Task<HttpResponseMessage> call = rig.GetAsync();

        (await rig.AttemptAsync(0)).Fail(new HttpRequestException("refused"));
        (await rig.PassDelayAsync(0)).Answer();

        (await call.WithinAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task SendAsync_ConnectTimeoutOfTheRuntime_IsRetried()
    {
        using var rig = new RetryRig();
        Task<HttpResponseMessage> call = rig.GetAsync();

        (await rig.AttemptAsync(0)).Fail(new TaskCanceledException("connecting", new TimeoutException()));
        (await rig.PassDelayAsync(0)).Answer();

        (await call.WithinAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task SendAsync_AnotherException_IsTheCallers()
    {
        using var rig = new RetryRig();
        Task<HttpResponseMessage> call = rig.GetAsync();

        var thrown = new InvalidOperationException("a handler's");
        (await rig.AttemptAsync(0)).Fail(thrown);

        (await Should.ThrowAsync<InvalidOperationException>(call.WithinAsync())).ShouldBeSameAs(thrown);
        rig.Inner.Calls.ShouldBe(1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task SendAsync_EveryAttemptFails_TheLastFailureIsTheCallers(int retries)
    {
        using var rig = new RetryRig(options => options.MaxRetryAttempts = retries);
        Task<HttpResponseMessage> call = rig.GetAsync();

        ScriptedAttempt attempt = await rig.AttemptAsync(0);
        for (int i = 0; i < retries; i++)
        {
            attempt.Answer(HttpStatusCode.BadGateway);
            attempt = await rig.PassDelayAsync(i);
        }

        NotingResponse last = attempt.Answer(HttpStatusCode.ServiceUnavailable);
        (await call.WithinAsync()).ShouldBeSameAs(last);
        last.Disposed.IsCompleted.ShouldBeFalse();
        rig.Inner.Calls.ShouldBe(1 + retries);
    }

    [Fact]
    public async Task SendAsync_ShouldHandle_ReplacesTheBuiltInAnswer()
    {
        using var rig = new RetryRig(options => options.ShouldHandle = args => new(args.Outcome.Result?.StatusCode == HttpStatusCode.NotFound));
        Task<HttpResponseMessage> call = rig.GetAsync();

        (await rig.AttemptAsync(0)).Answer(HttpStatusCode.NotFound);
        (await rig.PassDelayAsync(0)).Answer(HttpStatusCode.ServiceUnavailable);

        (await call.WithinAsync()).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task SendAsync_ShouldHandleThrows_IsTheCallers()
    {
        using var rig = new RetryRig(options => options.ShouldHandle = _ => throw new InvalidOperationException("the user's"));
        Task<HttpResponseMessage> call = rig.GetAsync();

        NotingResponse response = (await rig.AttemptAsync(0)).Answer();

        (await Should.ThrowAsync<InvalidOperationException>(call.WithinAsync())).Message.ShouldBe("the user's");
        response.Disposed.IsCompleted.ShouldBeTrue();
    }

    [Theory]
    [InlineData("3", 3)]
    [InlineData("0", 0)]
    [InlineData("Sat, 01 Jan 2000 00:00:07 GMT", 7)]
    [InlineData("Fri, 31 Dec 1999 23:00:00 GMT", 0)]
    public async Task SendAsync_RetryAfter_IsWaitedFor(string retryAfter, int seconds)
    {
        using var rig = new RetryRig(options => options.MaxDelay = Second);
        Task<HttpResponseMessage> call = rig.GetAsync();

        (await rig.AttemptAsync(0)).Answer(HttpStatusCode.ServiceUnavailable, retryAfter);
        (await rig.DelayAsync(0)).ShouldBe(seconds * Second);
        if (seconds > 0)
        {
            await rig.Clock.WaitForTimerAsync(seconds * Second);
            rig.Clock.Advance((seconds * Second) - TimeSpan.FromTicks(1));
            rig.Inner.Calls.ShouldBe(1);
            rig.Clock.Advance(TimeSpan.FromTicks(1));
        }

        (await rig.AttemptAsync(1)).Answer();
        (await call.WithinAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("30")]
    [InlineData("3600")]
    [InlineData("2147483648")]
    [InlineData("99999999999999999999")]
    [InlineData("Sat, 01 Jan 2000 00:00:30 GMT")]
    public async Task SendAsync_RetryAfterBeyondTheTimeLeft_TheResponseIsTheCallersAtOnce(string retryAfter)
    {
        using var rig = new RetryRig();
        Task<HttpResponseMessage> call = rig.GetAsync();

        NotingResponse response = (await rig.AttemptAsync(0)).Answer(HttpStatusCode.TooManyRequests, retryAfter);

        (await call.WithinAsync()).ShouldBeSameAs(response);
        rig.Inner.Calls.ShouldBe(1);
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("-1")]
    [InlineData("99999999999.5")]
    [InlineData("")]
    public async Task SendAsync_RetryAfterThatIsNone_IsRetriedAfterTheDelay(string retryAfter)
    {
        using var rig = new RetryRig();
        Task<HttpResponseMessage> call = rig.GetAsync();

        (await rig.AttemptAsync(0)).Answer(HttpStatusCode.TooManyRequests, retryAfter);
        (await rig.PassDelayAsync(0)).Answer();

        (await call.WithinAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task SendAsync_TotalTimeout_ThrowsAndAbandonsWhatRuns()
    {
        using var rig = new RetryRig(options => (options.TotalRequestTimeout, options.AttemptTimeout) = (Second, Second));
        Task<HttpResponseMessage> call = rig.GetAsync();
        ScriptedAttempt attempt = await rig.AttemptAsync(0);

        rig.Clock.Advance(Second);

        (await Should.ThrowAsync<TimeoutRejectedException>(call.WithinAsync())).Timeout.ShouldBe(Second);
        attempt.Token.IsCancellationRequested.ShouldBeTrue();
        rig.Inner.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task SendAsync_TotalTimeoutDuringADelay_Throws()
    {
        using var rig = new RetryRig();
        Task<HttpResponseMessage> call = rig.GetAsync();
        NotingResponse failure = (await rig.AttemptAsync(0)).Answer(HttpStatusCode.ServiceUnavailable, "29");
        await rig.Clock.WaitForTimerAsync(29 * Second);

        // As a machine that was asleep: both are due.
        rig.Clock.Advance(28 * Second);
        call.IsCompleted.ShouldBeFalse();
        rig.Clock.Advance(Second);
        await rig.AttemptAsync(1);
        rig.Clock.Advance(Second);

        await Should.ThrowAsync<TimeoutRejectedException>(call.WithinAsync());
        failure.Disposed.IsCompleted.ShouldBeTrue();
    }
}
