using System.Diagnostics.Metrics;
using System.Net;
using GracefulHttp.TestKit;

namespace GracefulHttp.Tests.Retry;

/// <summary>The caller leaves, and what it gets back when it stays.</summary>
public sealed class CallerTests
{
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(2);
    private static readonly HttpRequestOptionsKey<string> Key = new("key");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SendAsync_CallerLeaves_EverythingIsAbandonedAtOnce(bool acceptsLate)
    {
        using var rig = new RetryRig(options => (options.AttemptTimeout, options.AcceptLateResponses) = (AttemptTimeout, acceptsLate));
        using var caller = new CancellationTokenSource();
        rig.IgnoresTokens = true;
        Task<HttpResponseMessage> call = rig.GetAsync(caller.Token);
        ScriptedAttempt first = await rig.AttemptAsync(0);
        ScriptedAttempt second = await rig.TimeOutAsync(0, AttemptTimeout);

        await caller.CancelAsync();

        var e = await Should.ThrowAsync<TaskCanceledException>(call.WithinAsync());
        e.CancellationToken.ShouldBe(caller.Token);
        (first.Token.IsCancellationRequested && second.Token.IsCancellationRequested).ShouldBeTrue();
        first.Answer();
        await second.Answer().Disposed.WithinAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SendAsync_CallerLeaves_ShouldHandleIsNotAskedAndNoRetryIsRefused(bool acceptsLate)
    {
        int asked = 0;
        using var rig = new RetryRig(options =>
        {
            (options.AcceptLateResponses, options.RetryRatio, options.MinRetriesPerSecond) = (acceptsLate, 0, 0);
            options.ShouldHandle = _ => new(Interlocked.Increment(ref asked) > 0);
        });
        using var caller = new CancellationTokenSource();
        Task<HttpResponseMessage> call = rig.GetAsync(caller.Token);
        await rig.AttemptAsync(0);

        await caller.CancelAsync();

        await Should.ThrowAsync<TaskCanceledException>(call.WithinAsync());
        asked.ShouldBe(0);
        rig.Metrics.Sum(GracefulHttpTelemetry.RetriesRefused).ShouldBe(0);
    }

    /// <summary>Its attempt has won, and been counted, before it leaves: the answer is its own, and nobody else's to dispose.</summary>
    [Fact]
    public async Task SendAsync_LeftWhenItsAnswerHasWon_GetsItWhole()
    {
        using var rig = new RetryRig();
        using var caller = new CancellationTokenSource();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == GracefulHttpTelemetry.RetryAttempts && ReferenceEquals(instrument.Meter.Scope, rig.Meters))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => caller.Cancel());
        listener.Start();
        Task<HttpResponseMessage> call = rig.GetAsync(caller.Token);

        NotingResponse answer = (await rig.AttemptAsync(0)).Answer();

        (await call.WithinAsync()).ShouldBeSameAs(answer);
        caller.IsCancellationRequested.ShouldBeTrue();
        answer.Disposed.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task SendAsync_CallerLeavesDuringADelay_NothingMoreIsSent()
    {
        using var rig = new RetryRig();
        using var caller = new CancellationTokenSource();
        Task<HttpResponseMessage> call = rig.GetAsync(caller.Token);
        (await rig.AttemptAsync(0)).Answer(HttpStatusCode.ServiceUnavailable, "5");
        await rig.Clock.WaitForTimerAsync(TimeSpan.FromSeconds(5));

        await caller.CancelAsync();

        (await Should.ThrowAsync<TaskCanceledException>(call.WithinAsync())).CancellationToken.ShouldBe(caller.Token);
        rig.Clock.Advance(TimeSpan.FromSeconds(5));
        rig.Inner.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task SendAsync_CallerHasLeftBefore_NothingIsSent()
    {
        using var rig = new RetryRig();

        Task<HttpResponseMessage> call = rig.GetAsync(new CancellationToken(canceled: true));

        await Should.ThrowAsync<TaskCanceledException>(call.WithinAsync());
        rig.Inner.Calls.ShouldBe(0);
    }

    [Fact]
    public async Task SendAsync_CallersCodeAfterCancel_DoesNotRunInsideIt()
    {
        using var rig = new RetryRig();
        using var caller = new CancellationTokenSource();
        var inside = new ThreadLocal<bool>();
        Task<bool> wasInside = ContinueAsync();
        await rig.AttemptAsync(0);

        inside.Value = true;
        caller.Cancel();
        inside.Value = false;

        (await wasInside.WithinAsync()).ShouldBeFalse();

        async Task<bool> ContinueAsync()
        {
            try
            {
                await rig.GetAsync(caller.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // What it is about.
            }

            return inside.Value;
        }
    }

    [Fact]
    public async Task SendAsync_Retried_EachAttemptIsAMessageOfItsOwn()
    {
        using var rig = new RetryRig();
        var request = new HttpRequestMessage(HttpMethod.Delete, "http://test/thing")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Headers = { { "X-Header", ["a", "b"] } },
        };
        request.Options.Set(Key, "value");
        request.SetAbandonStrategy(AbandonStrategy.Close);
        Task<HttpResponseMessage> call = rig.SendAsync(request);

        ScriptedAttempt first = await rig.AttemptAsync(0);
        first.Answer(HttpStatusCode.BadGateway);
        ScriptedAttempt second = await rig.PassDelayAsync(0);
        second.Answer();
        await call.WithinAsync();

        new[] { request, first.Message, second.Message }.Distinct().Count().ShouldBe(3);
        foreach (HttpRequestMessage message in new[] { first.Message, second.Message })
        {
            (message.Method, message.RequestUri).ShouldBe((HttpMethod.Delete, request.RequestUri));
            (message.Version, message.VersionPolicy).ShouldBe((HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact));
            message.Headers.GetValues("X-Header").ShouldBe(["a", "b"]);
            message.Options.TryGetValue(Key, out string? value).ShouldBeTrue();
            value.ShouldBe("value");
            message.Options.TryGetValue(GracefulHttpRequestMessageExtensions.AbandonStrategyKey, out AbandonStrategy strategy).ShouldBeTrue();
            strategy.ShouldBe(AbandonStrategy.Close);
        }
    }

    [Fact]
    public async Task SendAsync_Answered_TheResponseHasTheCallersMessageAndTheFinalAddress()
    {
        using var rig = new RetryRig();
        var request = new HttpRequestMessage(HttpMethod.Get, "http://test/old");
        Task<HttpResponseMessage> call = rig.SendAsync(request);

        ScriptedAttempt attempt = await rig.AttemptAsync(0);
        attempt.Message.RequestUri = new Uri("http://test/new");
        attempt.Answer();

        (await call.WithinAsync()).RequestMessage.ShouldBeSameAs(request);
        request.RequestUri.ShouldBe(new Uri("http://test/new"));
    }

    public static TheoryData<string, string?, bool, bool> Methods() => new()
    {
        { "GET", null, false, true },
        { "HEAD", null, false, true },
        { "OPTIONS", null, false, true },
        { "TRACE", null, false, true },
        { "PUT", null, false, true },
        { "DELETE", null, false, true },
        { "POST", null, false, false },
        { "PATCH", null, false, false },
        { "CONNECT", null, false, false },
        { "PURGE", null, false, false },
        { "POST", "key-1", false, true },
        { "PATCH", "key-1", false, true },
        { "POST", null, true, true },
    };

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task SendAsync_Method_IsRetriedIfIdempotent(string method, string? idempotencyKey, bool retriesAll, bool isRetried)
    {
        using var rig = new RetryRig(options => options.RetryNonIdempotentMethods = retriesAll);
        var request = new HttpRequestMessage(new HttpMethod(method), "http://test/");
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        Task<HttpResponseMessage> call = rig.SendAsync(request);
        NotingResponse failure = (await rig.AttemptAsync(0)).Answer(HttpStatusCode.ServiceUnavailable);
        NotingResponse? answer = isRetried ? (await rig.PassDelayAsync(0)).Answer() : null;

        (await call.WithinAsync()).ShouldBeSameAs(answer ?? failure);
    }
}
