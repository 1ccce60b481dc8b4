using System.Diagnostics.Metrics;
using GracefulHttp.Retry;
using GracefulHttp.Validation;
using Microsoft.Extensions.Logging;

namespace GracefulHttp;

/// <summary>Time-outs and retries that do no damage: an attempt that has timed out may still answer, and is ended gracefully if not.</summary>
/// <remarks>
/// <para>
/// Put it outside of a <see cref="GracefulHttpHandler"/>, which drains or closes what it abandons. Set
/// <see cref="HttpClient.Timeout"/> to infinite: <see cref="GracefulRetryOptions.TotalRequestTimeout"/> takes its place.
/// </para>
/// <para>
/// Each attempt is a message of its own, with the method, address, version, headers and options of the caller's. The response that the
/// caller gets has the caller's message again, with the address it came from.
/// </para>
/// </remarks>
public sealed class GracefulRetryHandler : DelegatingHandler
{
    private readonly GracefulRetryOptions? _options;
    private readonly Lock _startLock = new();
    private readonly AttemptSender _sender;
    private volatile RetryState? _state;

    /// <summary>Creates a handler. Without an inner handler it sends through a <see cref="GracefulHttpHandler"/> of its own.</summary>
    /// <param name="options">Time-outs, retries and their budget; copied.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An option is out of its bounds; the message names each.</exception>
    public GracefulRetryHandler(GracefulRetryOptions options)
        : this()
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = new GracefulRetryOptions(options);
        RetryOptionsValidation.ThrowIfInvalid(_options, nameof(options));
    }

    /// <summary>Creates a handler in front of another.</summary>
    /// <param name="options">Time-outs, retries and their budget; copied.</param>
    /// <param name="innerHandler">What sends the attempts: a <see cref="GracefulHttpHandler"/>, or handlers above one.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An option is out of its bounds; the message names each.</exception>
    public GracefulRetryHandler(GracefulRetryOptions options, HttpMessageHandler innerHandler)
        : this(options)
    {
        ArgumentNullException.ThrowIfNull(innerHandler);
        InnerHandler = innerHandler;
    }

    private GracefulRetryHandler() => _sender = new AttemptSender(base.SendAsync, base.Send);

    /// <summary>Where retries are logged.</summary>
    /// <value>Default: <see langword="null"/>, nothing is logged.</value>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>What makes the meter of this handler.</summary>
    /// <value>Default: <see langword="null"/>, a meter shared by all.</value>
    public IMeterFactory? MeterFactory { get; init; }

    /// <summary>The clock of time-outs, delays and budgets.</summary>
    /// <value>Default: <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>One of the handlers that a factory makes for one client.</summary>
    internal static GracefulRetryHandler For(RetryState state) => new() { _state = state };

    /// <inheritdoc />
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        RetryState state = _state ?? Start();
        return cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<HttpResponseMessage>(cancellationToken)
            : new AsynchronousCall(state, request, _sender).SendAsync(cancellationToken);
    }

    /// <inheritdoc />
    /// <remarks>A blocked thread cannot begin the next attempt: here the attempt time-out ends the attempt, also with <see cref="GracefulRetryOptions.AcceptLateResponses"/>.</remarks>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        RetryState state = _state ?? Start();
        cancellationToken.ThrowIfCancellationRequested();
        return new SynchronousCall(state, request, _sender, cancellationToken).Send();
    }

    private RetryState Start()
    {
        lock (_startLock)
        {
            InnerHandler ??= new GracefulHttpHandler { LoggerFactory = LoggerFactory, MeterFactory = MeterFactory, TimeProvider = TimeProvider };
            return _state ??= new RetryState(_options!, LoggerFactory, MeterFactory, TimeProvider);
        }
    }
}
