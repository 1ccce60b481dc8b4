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

    // Content whose write was cancelled is back within microseconds, unless its author ignores that.
    private static readonly TimeSpan ContentGrace = TimeSpan.FromMilliseconds(100);

    private readonly GracefulRequest _request;
    private readonly Drainer _drainer;
    private readonly OriginBudget _origin;
    private readonly AbandonStrategy _strategy;
    private readonly Task<HttpResponseMessage>? _sending;
    private readonly long _abandonedAt;
    private readonly Rung _rung;
    private readonly bool _letsGo;
    private readonly DrainPermit _permit;
    private ReceivedBody? _body;
    private int _outcome;
    private long _discarded;

    private AbandonedRequest(GracefulRequest request, Task<HttpResponseMessage>? sending, bool letsGo, ReceivedBody? body)
    {
        _request = request;
        _drainer = request.Drainer;
        _origin = _drainer.Origins.For(request.Message.RequestUri);
        _sending = sending;
        _letsGo = letsGo;
        _body = body;
        _abandonedAt = _drainer.TimeProvider.GetTimestamp();

        // Read now: the message is its caller's again in a moment.
        _strategy = request.Strategy;
        _rung = ChooseRung();
        _permit = new DrainPermit(_drainer.Drains, IsStream ? null : _origin);
    }

    private bool IsStream => _rung is Rung.DrainStream or Rung.CloseStream or Rung.ResetUnknown or Rung.Reset;

    /// <summary>Whether it is being ended, rather than waited for.</summary>
    private bool IsDecided => Volatile.Read(ref _outcome) != (int)AbandonOutcome.None;

    /// <param name="request">The request.</param>
    /// <param name="sending">What the inner handler makes of it.</param>
    /// <param name="letsGo">Whether its caller is still held, because its content may be in use, and is let go by this job.</param>
    public static AbandonedRequest WaitingForHeaders(GracefulRequest request, Task<HttpResponseMessage> sending, bool letsGo)
    {
        var abandoned = new AbandonedRequest(request, sending, letsGo, body: null);

        // From here on its answer does not act for the caller, and its message is not sent by anybody else.
        AbandonedMessages.Add(request.Message, abandoned);
        return abandoned;
    }

    public static AbandonedRequest ReadingBody(GracefulRequest request, ReceivedBody body) => new(request, sending: null, letsGo: false, body);

    /// <summary>Ends what has not been sent before its caller is let go: the connection that it waits for may come the next moment.</summary>
    public void UnsendAtOnce()
    {
        if (_rung == Rung.Unsend)
        {
            HandDown(AbandonOutcome.NotSent);
        }
    }

    /// <summary>The answer would redirect, authenticate or leave a cookie: it ends here. Called while its headers are read.</summary>
    public void StopActing() => End(AbandonOutcome.WouldAct);

    protected override async Task RunAsync()
    {
        ITimer? deadline = null;
        try
        {
            if (_letsGo)
            {
                await LetGoAsync().ConfigureAwait(false);
            }

            if (!EndsAtOnce())
            {
                deadline = _drainer.TimeProvider.CreateTimer(
                    static state => ((AbandonedRequest)state!).End(AbandonOutcome.DrainTimeout),
                    this, _drainer.Options.DrainTimeout, Timeout.InfiniteTimeSpan);
            }

            await FinishAsync().ConfigureAwait(false);
        }
        finally
        {
            if (deadline is not null)
            {
                await deadline.DisposeAsync().ConfigureAwait(false);
            }

            _permit.Release();
            _request.Scope.End();
            AbandonedMessages.Remove(_request.Message, this);
            _drainer.Record((AbandonOutcome)_outcome, _drainer.TimeProvider.GetElapsedTime(_abandonedAt), _discarded);
        }
    }

    /// <summary>
    /// Lets the caller go when nobody uses its content any more. That is what the plain client's caller waits for too, however
    /// long it takes; here a handler or a content that ignores its token holds it for a moment only.
    /// </summary>
    private async Task LetGoAsync()
    {
        try
        {
            await ((Task)_sending!).WaitAsync(ContentGrace, _drainer.TimeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            _request.LetGo();
        }
    }

    private Rung ChooseRung()
    {
        SendProgress progress = _request.Scope.Progress;
        return _body is null
            ? Ladder.ForHeaders(_strategy, _request.Message, progress, _drainer.Inner)
            : Ladder.ForBody(_strategy, _request.Message, _body, progress);
    }

    /// <summary>Takes the rung. False where the answer is waited for, until the drain timeout.</summary>
    private bool EndsAtOnce()
    {
        switch (_rung)
        {
            case Rung.Unsend:
                UnsendAtOnce();
                return true;
            case Rung.Abort:
                return HandDown(AbandonOutcome.Aborted);
            case Rung.Close:
            case Rung.CloseStream or Rung.ResetUnknown when _origin.TryReset():
                return HandDown(AbandonOutcome.Closed);
            case Rung.ResetUnknown:
                return false;
        }

        if (_rung == Rung.Reset || _request.InnerToken.IsCancellationRequested)
        {
            // The second: its caller left in the middle of what could only be ended with its connection.
            return End(AbandonOutcome.Closed);
        }

        AbandonOutcome refusal = TryTakeDrain();
        return refusal != AbandonOutcome.None && (!IsStream || _origin.TryReset()) && HandDown(refusal);
    }

    /// <summary><see cref="AbandonOutcome.None"/>, or why it may not be drained.</summary>
    private AbandonOutcome TryTakeDrain()
    {
        if (_body is not null && _body.KnownRemainder > _drainer.Options.MaxDrainSize)
        {
            return AbandonOutcome.DrainSize;
        }

        return _permit.TryTake() ? AbandonOutcome.None : AbandonOutcome.DrainRefused;
    }

    /// <summary>Ends what was waited for, and gives its drain back: a handler that ignores its token shall not keep that too.</summary>
    private bool End(AbandonOutcome outcome)
    {
        if (!HandDown(outcome))
        {
            return false;
        }

        _permit.Release();
        if (IsStream)
        {
            _origin.CountReset();
        }

        return true;
    }

    private bool HandDown(AbandonOutcome outcome)
    {
        if (!TryDecide(outcome))
        {
            return false;
        }

        _request.HandDown();
        return true;
    }

    private bool TryDecide(AbandonOutcome outcome) =>
        Interlocked.CompareExchange(ref _outcome, (int)outcome, (int)AbandonOutcome.None) == (int)AbandonOutcome.None;

    private async Task FinishAsync()
    {
        byte[]? buffer = null;
        HttpResponseMessage? response = null;
        try
        {
            if (_body is null)
            {
                response = await _sending!.ConfigureAwait(false);
                _body = new ReceivedBody(response);
            }

            // Not while it waits for the headers: so may thousands.
            buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
            AbandonOutcome reason = await TryDrainAsync(_body, buffer).ConfigureAwait(false);
            if (!_body.HasEnded)
            {
                await CloseAsync(_body, reason, buffer).ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            // We ended it ourselves, or it failed: a peer's reset, a malformed answer. Then there is nobody left to tell, and
            // the runtime has closed the connection.
            TryDecide(AbandonOutcome.Failed);
        }
        finally
        {
            if (_body?.Detached is { } detached)
            {
                // A read that nobody wanted any more. Awaited, for it may fail, and its stream is disposed next.
                _request.HandDown();
                await ((Task)detached).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            response?.Dispose();
            _body?.Dispose();
            if (buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    /// <summary>Reads to the end, unless that is not wanted or a budget ends first; tells which.</summary>
    private async ValueTask<AbandonOutcome> TryDrainAsync(ReceivedBody body, byte[] buffer)
    {
        if (body.Response.StatusCode == HttpStatusCode.SwitchingProtocols || Ladder.IsStreamByNature(body.Content))
        {
            return AbandonOutcome.Closed;
        }

        try
        {
            while (!IsDecided && !body.HasEnded)
            {
                if (_discarded + body.KnownRemainder > _drainer.Options.MaxDrainSize)
                {
                    return AbandonOutcome.DrainSize;
                }

                _discarded += await body.DiscardAsync(buffer, _request.InnerToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (IsDecided)
        {
            return AbandonOutcome.None;
        }

        if (body.HasEnded)
        {
            // The connection is back in the pool: whoever gets it next finds a drain free too.
            _permit.Release();
            TryDecide(AbandonOutcome.Drained);
            if (_sending is not null)
            {
                _origin.CountCompleted(body.Response);
            }
        }

        return AbandonOutcome.None;
    }

    /// <summary>Ends the connection, or the stream, in the middle of the body.</summary>
    private async Task CloseAsync(ReceivedBody body, AbandonOutcome reason, byte[] buffer)
    {
        if (IsStream && !IsDecided && !_origin.TryReset())
        {
            // It is not read any more, so that flow control holds it, and ends with the drain's time.
            await _request.WaitUntilHandedDownAsync().ConfigureAwait(false);
        }

        TryDecide(reason);
        if (IsStream)
        {
            // Disposing an unfinished stream resets it.
            return;
        }

        await body.CutAsync(_request.Scope, buffer).ConfigureAwait(false);
    }
}
