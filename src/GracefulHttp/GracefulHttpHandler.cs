using System.Diagnostics.Metrics;
using GracefulHttp.Abandonment;
using GracefulHttp.Diagnostics;
using GracefulHttp.Validation;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace GracefulHttp;

/// <summary>Ends requests gracefully when their callers leave: drains or closes them in the background instead of resetting the connection.</summary>
/// <remarks>
/// <para>
/// Put it innermost, directly above the <see cref="SocketsHttpHandler"/>: outside of a retry handler it would let retries go
/// on after the caller has left. A <see cref="SocketsHttpHandler"/> below it, also below other handlers, gets
/// <see cref="GracefulSocketsHttpHandlerExtensions.UseGracefulClose"/> with the first request.
/// </para>
/// <para>
/// The caller's task ends as soon as its token fires, with an <see cref="OperationCanceledException"/> that carries that token.
/// A request that is not abandoned is not changed.
/// </para>
/// </remarks>
public sealed class GracefulHttpHandler : DelegatingHandler
{
    private readonly ClientState _client;
    private readonly Lock _startLock = new();
    private volatile Drainer? _drainer;

    /// <summary>Creates a handler with the default options. Without an inner handler it sends through its own <see cref="SocketsHttpHandler"/>.</summary>
    public GracefulHttpHandler()
        : this(new GracefulHttpOptions())
    {
    }

    /// <summary>Creates a handler. Without an inner handler it sends through its own <see cref="SocketsHttpHandler"/>.</summary>
    /// <param name="options">The strategy and its budgets; copied.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An option is out of its bounds; the message names each.</exception>
    public GracefulHttpHandler(GracefulHttpOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var copy = new GracefulHttpOptions(options);
        OptionsValidation.ThrowIfInvalid(copy, nameof(options));
        _client = new ClientState(copy, NullLogger.Instance);
    }

    /// <summary>Creates a handler in front of another.</summary>
    /// <param name="options">The strategy and its budgets; copied.</param>
    /// <param name="innerHandler">
    /// What sends the requests. With a handler that is no <see cref="SocketsHttpHandler"/> and has none below it, requests are
    /// drained where that is safe (over an <see cref="HttpClientHandler"/> not while they wait for their headers), and connections end as
    /// that handler ends them; that is logged once.
    /// </param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An option is out of its bounds; the message names each.</exception>
    public GracefulHttpHandler(GracefulHttpOptions options, HttpMessageHandler innerHandler)
        : this(options)
    {
        ArgumentNullException.ThrowIfNull(innerHandler);
        InnerHandler = innerHandler;
    }

    private GracefulHttpHandler(ClientState client) => _client = client;

    /// <summary>Where the end of each abandoned request and of each connection is logged.</summary>
    /// <value>Default: <see langword="null"/>, nothing is logged.</value>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>What makes the meter of this handler.</summary>
    /// <value>Default: <see langword="null"/>, the <see cref="SocketsHttpHandler.MeterFactory"/> of the handler below, or else a meter shared by all.</value>
    public IMeterFactory? MeterFactory { get; init; }

    /// <summary>The clock of the drain and linger budgets.</summary>
    /// <value>Default: <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Completes when no drain and no closing connection of this handler is left.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the work.</param>
    /// <remarks>
    /// It takes no longer than <see cref="GracefulHttpOptions.DrainTimeout"/> plus <see cref="GracefulCloseOptions.LingerTimeout"/>
    /// after the last request was abandoned, unless a handler below ignores its token: that is waited for, however long it takes.
    /// Also works after <c>Dispose</c>, which does not wait.
    /// </remarks>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    public async Task WaitForIdleAsync(CancellationToken cancellationToken = default)
    {
        if (_drainer is { } drainer)
        {
            // In this order: a drain that ends may leave a connection to be closed, and not the other way round.
            await drainer.WhenIdleAsync(cancellationToken).ConfigureAwait(false);
            if (drainer.Inner.Closer is { } closer)
            {
                await closer.WhenIdleAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>One of the handlers that a factory makes for one client.</summary>
    internal static GracefulHttpHandler For(
        ClientState client, ILoggerFactory? loggerFactory, IMeterFactory? meterFactory, TimeProvider timeProvider) =>
        new(client) { LoggerFactory = loggerFactory, MeterFactory = meterFactory, TimeProvider = timeProvider };

    /// <inheritdoc />
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!_client.Options.Value.Enabled)
        {
            EnsureInnerHandler();
            return base.SendAsync(request, cancellationToken);
        }

        Drainer drainer = _drainer ?? Start();
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<HttpResponseMessage>(cancellationToken);
        }

        // Null where the caller has suppressed the flow of its context.
        ExecutionContext? callers = ExecutionContext.Capture();
        return callers is null
            ? SendFlowingAsync(drainer, request, cancellationToken)
            : SendAsync(drainer, request, callers, cancellationToken);
    }

    /// <inheritdoc />
    /// <remarks>A blocked thread cannot be detached from its request: a synchronous request that is abandoned before its answer starts at <see cref="AbandonStrategy.Close"/>.</remarks>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!_client.Options.Value.Enabled)
        {
            EnsureInnerHandler();
            return base.Send(request, cancellationToken);
        }

        Drainer drainer = _drainer ?? Start();
        if (cancellationToken.IsCancellationRequested)
        {
            throw GracefulRequest.Canceled(cancellationToken);
        }

        var tracked = new GracefulRequest(drainer, request);
        RequestScope? outer = RequestScope.Current;
        RequestScope.Current = tracked.Scope;
        HttpResponseMessage response;
        try
        {
            response = base.Send(tracked.Message, tracked.Watch(cancellationToken));
        }
        catch (Exception e)
        {
            if (!tracked.TryEnd())
            {
                tracked.LeaveEnded(Task.FromException<HttpResponseMessage>(e));
            }

            if (e is OperationCanceledException && cancellationToken.IsCancellationRequested)
            {
                throw new TaskCanceledException(e.Message, e.InnerException, cancellationToken);
            }

            throw;
        }
        finally
        {
            RequestScope.Current = outer;
        }

        if (tracked.TryEnd())
        {
            return tracked.Receive(response);
        }

        tracked.LeaveEnded(Task.FromResult(response));
        throw GracefulRequest.Canceled(cancellationToken);
    }

    private Task<HttpResponseMessage> SendAsync(
        Drainer drainer, HttpRequestMessage request, ExecutionContext callers, CancellationToken cancellationToken)
    {
        var tracked = new GracefulRequest(drainer, request);
        try
        {
            // Flows to the connection that carries the request. The caller gets its own context back, and does not see it.
            RequestScope.Current = tracked.Scope;
            Task<HttpResponseMessage>? sending = base.SendAsync(tracked.Message, tracked.Watch(cancellationToken));
            return tracked.FollowAsync(sending ?? Task.FromException<HttpResponseMessage>(new InvalidOperationException(
                $"{InnerHandler!.GetType()} has returned null instead of a task.")));
        }
        catch (Exception e) when (!tracked.TryEnd())
        {
            return tracked.FollowAsync(Task.FromException<HttpResponseMessage>(e));
        }
        finally
        {
            ExecutionContext.Restore(callers);
        }
    }

    /// <summary>Without the flow of the context a connection would not know its request. An async method undoes it for its caller.</summary>
    private async Task<HttpResponseMessage> SendFlowingAsync(
        Drainer drainer, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ExecutionContext.RestoreFlow();
        return await SendAsync(drainer, request, ExecutionContext.Capture()!, cancellationToken).ConfigureAwait(false);
    }

    private void EnsureInnerHandler()
    {
        if (InnerHandler is null)
        {
            lock (_startLock)
            {
                InnerHandler ??= new SocketsHttpHandler();
            }
        }
    }

    private Drainer Start()
    {
        lock (_startLock)
        {
            if (_drainer is null)
            {
                ILogger logger = QuietLogger.Create(LoggerFactory);
                EnsureInnerHandler();
                RequestDurationTag.Begin();
                var inner = Abandonment.InnerHandler.Prepare(InnerHandler, _client, logger, MeterFactory, TimeProvider);
                _drainer = new Drainer(_client, inner, logger, TimeProvider);
            }

            return _drainer;
        }
    }
}
