using System.Buffers;
using System.Net;
using GracefulHttp.Background;

namespace GracefulHttp.Abandonment;

/// <summary>
/// A request whose caller has left: drained within the budgets, or handed down by cancelling its inner token, upon which
/// <see cref="SocketsHttpHandler"/> disposes the connection (HTTP/2: resets the stream).
/// </summary>
internal sealed class AbandonedRequest : BackgroundJob
{
    private const int BufferSize = 16 * 1024;

    // Reads that complete at once and so cannot be cancelled, before the connection is left to the runtime's own drain.
    private const int CloseAttempts = 16;

    private readonly GracefulRequest _request;
    private readonly Drainer _drainer;
    private readonly OriginBudget _origin;
    private readonly AbandonStrategy _strategy;
    private Rung _rung;
    private readonly Task<HttpResponseMessage>? _sending;
    private readonly long _abandonedAt;
    private ReceivedBody? _body;
    private AbandonOutcome _outcome;
    private volatile bool _handedDown;
    private long _discarded;

    private AbandonedRequest(GracefulRequest request, Task<HttpResponseMessage>? sending, ReceivedBody? body)
    {
        _request = request;
        _drainer = request.Drainer;
        _origin = _drainer.Origins.For(request.Message.RequestUri);
        _sending = sending;
        _body = body;
        _abandonedAt = _drainer.TimeProvider.GetTimestamp();

        // Read now: the message is its caller's again in a moment.
        _strategy = request.Strategy;
        if (_strategy == AbandonStrategy.Abort)
        {
            request.Scope.Abort();
        }

        _rung = ChooseRung();
    }

    private bool IsStream => _rung is Rung.DrainStream or Rung.CloseStream or Rung.ResetUnknown;

    public static AbandonedRequest WaitingForHeaders(GracefulRequest request, Task<HttpResponseMessage> sending)
    {
        var abandoned = new AbandonedRequest(request, sending, body: null);

        // From here on its answer does not act for the caller, and its message is not sent by anybody else.
        AbandonedMessages.Add(request.Message, abandoned);
        return abandoned;
    }

    public static AbandonedRequest ReadingBody(GracefulRequest request, ReceivedBody body) => new(request, sending: null, body);

    /// <summary>The answer would redirect, authenticate or leave a cookie: it ends here. Called while its headers are read.</summary>
    public void StopActing()
    {
        if (!_handedDown)
        {
            _outcome = AbandonOutcome.WouldAct;
            ResetOrClose();
        }
    }

    protected override async Task RunAsync()
    {
        bool draining = false;
        ITimer? deadline = null;
        try
        {
            if (_rung == Rung.Close)
            {
                // Perhaps the write during which the caller left was the last one, and is over now.
                _rung = ChooseRung();
            }

            if (!HandDownAtOnce())
            {
                draining = TryBeginDrain();
                if (draining || LetsRun())
                {
                    deadline = _drainer.TimeProvider.CreateTimer(
                        static state => ((AbandonedRequest)state!).Expire(),
                        this, _drainer.Options.DrainTimeout, Timeout.InfiniteTimeSpan);
                }
                else
                {
                    HandDown();
                }
            }

            await EndAsync().ConfigureAwait(false);
        }
        finally
        {
            if (deadline is not null)
            {
                await deadline.DisposeAsync().ConfigureAwait(false);
            }

            if (draining)
            {
                EndDrain();
            }

            AbandonedMessages.Remove(_request.Message);
            _drainer.Record(_outcome, _drainer.TimeProvider.GetElapsedTime(_abandonedAt), _discarded);
        }
    }

    private Rung ChooseRung()
    {
        SendProgress progress = _request.Scope.Progress;
        InnerHandler inner = _drainer.Inner;
        return _body is null
            ? Ladder.ForHeaders(_strategy, _request.Message, progress, inner.TellsProgress, inner.ActsUnhindered)
            : Ladder.ForBody(_strategy, _body, progress);
    }

    /// <summary>The rungs that do not wait for the answer.</summary>
    private bool HandDownAtOnce()
    {
        _outcome = _rung switch
        {
            Rung.Unsend => AbandonOutcome.NotSent,
            Rung.Abort => AbandonOutcome.Aborted,
            Rung.Drain or Rung.DrainStream => AbandonOutcome.Drained,
            _ => AbandonOutcome.Closed,
        };
        if (_rung is Rung.Drain or Rung.DrainStream || (IsStream && !_origin.TryReset()))
        {
            return false;
        }

        HandDown();
        return true;
    }

    /// <summary>A stream runs on where it may not be reset.</summary>
    private bool LetsRun() => IsStream && (_rung == Rung.ResetUnknown || !_origin.TryReset());

    private bool TryBeginDrain()
    {
        if (_rung == Rung.ResetUnknown)
        {
            return false;
        }

        if (_body is not null && _body.KnownRemainder > _drainer.Options.MaxDrainSize)
        {
            _outcome = AbandonOutcome.DrainSize;
            return false;
        }

        if (!_drainer.TryBeginDrain())
        {
            _outcome = AbandonOutcome.DrainRefused;
            return false;
        }

        if (!IsStream && !_origin.TryBeginDrain())
        {
            _drainer.EndDrain();
            _outcome = AbandonOutcome.DrainRefused;
            return false;
        }

        return true;
    }

    private void EndDrain()
    {
        _drainer.EndDrain();
        if (!IsStream)
        {
            _origin.EndDrain();
        }
    }

    private void Expire()
    {
        if (!_handedDown)
        {
            _outcome = AbandonOutcome.DrainTimeout;
            ResetOrClose();
        }
    }

    private void ResetOrClose()
    {
        if (IsStream)
        {
            _origin.CountReset();
        }

        HandDown();
    }

    private void HandDown()
    {
        _handedDown = true;
        _request.Inner.Cancel();
    }

    private async Task EndAsync()
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            _body ??= await ReceivedBody.FromAsync(await _sending!.ConfigureAwait(false)).ConfigureAwait(false);
            if (!await TryDrainAsync(_body, buffer).ConfigureAwait(false))
            {
                await CloseAsync(_body, buffer).ConfigureAwait(false);
            }
        }
        catch (Exception) when (_handedDown)
        {
            // We closed it, for the reason that is noted.
        }
        catch (Exception)
        {
            // A peer's reset, a malformed answer: there is nobody left to tell, and the runtime has closed the connection.
            _outcome = AbandonOutcome.Failed;
        }
        finally
        {
            _body?.Dispose();
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads to the end. False where that is not wanted, or a budget ended first.</summary>
    private async ValueTask<bool> TryDrainAsync(ReceivedBody body, byte[] buffer)
    {
        if (body.Response.StatusCode == HttpStatusCode.SwitchingProtocols || Ladder.IsStreamByNature(body.Content))
        {
            _outcome = _handedDown ? _outcome : AbandonOutcome.Closed;
            return false;
        }

        try
        {
            while (!_handedDown && !body.HasEnded)
            {
                if (_discarded + body.KnownRemainder > _drainer.Options.MaxDrainSize)
                {
                    _outcome = AbandonOutcome.DrainSize;
                    return false;
                }

                _discarded += await body.DiscardAsync(buffer, _request.Inner.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_handedDown)
        {
            return false;
        }

        if (body.HasEnded)
        {
            _outcome = AbandonOutcome.Drained;
        }

        return body.HasEnded;
    }

    /// <summary>
    /// Ends the connection (HTTP/2: the stream) in the middle of the body. Disposing the response would start the runtime's
    /// own drain; cancelling a read that waits closes at once.
    /// </summary>
    private async Task CloseAsync(ReceivedBody body, byte[] buffer)
    {
        if (IsStream && !_handedDown && !_origin.TryReset())
        {
            // It is not read any more, so that flow control holds it, and ends with the drain's time.
            await WaitForDeadlineAsync().ConfigureAwait(false);
        }

        _handedDown = true;
        using var cut = new CancellationTokenSource();
        for (int i = 0; i < CloseAttempts && !body.HasEnded; i++)
        {
            ValueTask<int> read = body.DiscardAsync(buffer, cut.Token);
            if (!read.IsCompleted)
            {
                cut.Cancel();
            }

            await read.ConfigureAwait(false);
        }
    }

    private async Task WaitForDeadlineAsync()
    {
        var expired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        CancellationTokenRegistration registration =
            _request.Inner.Token.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), expired);
        await using (registration.ConfigureAwait(false))
        {
            await expired.Task.ConfigureAwait(false);
        }
    }
}
