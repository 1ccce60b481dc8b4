using Polly.Retry;

namespace GracefulHttp;

/// <summary>When a request is sent again, and how often. Names and defaults are those of Polly and Microsoft.Extensions.Http.Resilience where these have them.</summary>
public sealed class GracefulRetryOptions
{
    /// <summary>Creates options with the defaults.</summary>
    public GracefulRetryOptions()
    {
    }

    internal GracefulRetryOptions(GracefulRetryOptions other)
    {
        TotalRequestTimeout = other.TotalRequestTimeout;
        AttemptTimeout = other.AttemptTimeout;
        MaxRetryAttempts = other.MaxRetryAttempts;
        Delay = other.Delay;
        MaxDelay = other.MaxDelay;
        AcceptLateResponses = other.AcceptLateResponses;
        RetryNonIdempotentMethods = other.RetryNonIdempotentMethods;
        RetryRatio = other.RetryRatio;
        MinRetriesPerSecond = other.MinRetriesPerSecond;
        ShouldHandle = other.ShouldHandle;
    }

    /// <summary>What a configuration says and cannot be read: errors that are told with those of validation.</summary>
    internal List<(string Option, string Error)> Unreadable { get; } = [];

    /// <summary>The longest time a call takes until its response headers, with the copying of its body, all its attempts and the delays between them.</summary>
    /// <value>More than zero, at most one day. Default: 30 s.</value>
    /// <remarks>
    /// When it runs out the call ends with <see cref="Polly.Timeout.TimeoutRejectedException"/>, and every attempt that still runs is
    /// abandoned. The body of a response that the caller holds may take longer.
    /// </remarks>
    public TimeSpan TotalRequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an attempt is waited for before the next one begins.</summary>
    /// <value>More than zero, at most <see cref="TotalRequestTimeout"/>. Default: 10 s.</value>
    /// <remarks>
    /// With <see cref="AcceptLateResponses"/> nothing on the wire ends with it. Otherwise the attempt is abandoned, and drained or
    /// closed by the <see cref="GracefulHttpHandler"/> below.
    /// </remarks>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The most attempts after the first.</summary>
    /// <value>0 to 10. Default: 3. With 0 nothing is sent twice.</value>
    public int MaxRetryAttempts { get; set; } = 3;

    /// <summary>The longest delay before the first retry. It doubles with each one after it, and up to half of it is taken off at random.</summary>
    /// <value>More than zero, at most one day. Default: 200 ms.</value>
    /// <remarks>A <c>Retry-After</c> of the server goes before it, in seconds or as a date. Where that is more than the time left, its response is returned at once.</remarks>
    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest delay that grows by itself; a <c>Retry-After</c> may be longer.</summary>
    /// <value>More than zero, at most one day. Default: 10 s.</value>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether an attempt may still answer after its time-out.</summary>
    /// <value>Default: <see langword="true"/>.</value>
    /// <remarks>
    /// <para>
    /// With <see langword="true"/> the attempt time-out is soft: it begins the next attempt and ends nothing. The first acceptable
    /// answer of any attempt is the caller's; the others are abandoned then. When all retries are made, what still runs is waited for
    /// until <see cref="TotalRequestTimeout"/>; so is an attempt that may not be retried.
    /// </para>
    /// <para>
    /// With <see langword="false"/> it is hard: the attempt is abandoned, and the last one ends the call with
    /// <see cref="Polly.Timeout.TimeoutRejectedException"/>. It is hard, too, for a synchronous <c>Send</c>, and for a request body of
    /// more than 1 MiB, which two attempts cannot share.
    /// </para>
    /// </remarks>
    public bool AcceptLateResponses { get; set; } = true;

    /// <summary>Whether POST, PATCH and other requests that are not idempotent (RFC 9110 §9.2.2) are sent again.</summary>
    /// <value>Default: <see langword="false"/>. A request with an <c>Idempotency-Key</c> header is sent again all the same.</value>
    /// <remarks>
    /// A request body is sent again if it can be read again: one in memory, JSON, a stream that can seek, or any other of at most 1 MiB
    /// that tells its length. Such a body of at most 1 MiB is copied before the first attempt. Otherwise there is no retry, and the
    /// outcome of the one attempt is the caller's.
    /// </remarks>
    public bool RetryNonIdempotentMethods { get; set; }

    /// <summary>How many retries each call of an origin allows for.</summary>
    /// <value>
    /// 0 to 1. Default: 0.2: under an outage requests grow by a fifth, and by at most <see cref="MinRetriesPerSecond"/> a second besides
    /// (0 there for the fifth alone).
    /// </value>
    /// <remarks>
    /// A retry that the budget refuses is not made, and the outcome of the attempt before it is the caller's. Budgets are those of an
    /// origin, shared by all handlers of a client; what the calls of the last 10 s have allowed for can be used. A call whose attempts
    /// still run, or are still drained, holds on to what it has used: that is load too.
    /// </remarks>
    public double RetryRatio { get; set; } = 0.2;

    /// <summary>How many retries a second an origin allows for, however few its calls.</summary>
    /// <value>0 or more. Default: 10. It is not saved up for longer than a second.</value>
    public int MinRetriesPerSecond { get; set; } = 10;

    /// <summary>What is worth another attempt; replaces the built-in answer.</summary>
    /// <value>
    /// Default: <see langword="null"/>: 408, 429, 5xx but 501, <see cref="HttpRequestException"/>, and attempt time-outs
    /// (<see cref="Polly.Timeout.TimeoutRejectedException"/>, also the runtime's for connecting).
    /// </value>
    /// <remarks>
    /// Asked once for each attempt that ends and for each time-out, for late attempts too. Whatever it does not handle is acceptable, and
    /// ends the call. Methods, bodies and budget are looked at all the same.
    /// </remarks>
    public Func<RetryPredicateArguments<HttpResponseMessage>, ValueTask<bool>>? ShouldHandle { get; set; }
}
