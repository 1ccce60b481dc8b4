using System.Buffers;
using System.Net;
using GracefulHttp.Background;
using GracefulHttp.Diagnostics;

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

    private readonly SentRequest _request;
    private readonly Drainer _drainer;
    private readonly AbandonDecision _decision;
    private readonly Task<HttpResponseMessage>? _sending;
    private readonly AbandonReport _report;
    private GracefulRequest? _held;
    private MessageState? _message;
    private ReceivedBody? _body;
    private long _discarded;
    private Exception? _failure;

    private AbandonedRequest(SentRequest request, Task<HttpResponseMessage>? sending, ReceivedBody? body)
    {
        _request = request;
        _drainer = request.Drainer;
        _sending = sending;
        _body = body;
        _report = new AbandonReport(request, body);
        _decision = new AbandonDecision(request, body, _report);
    }

    /// <param name="request">The request.</param>
    /// <param name="sending">What the inner handler makes of it.</param>
    /// <param name="isUploading">Whether its content may be in use.</param>
    public static AbandonedRequest WaitingForHeaders(GracefulRequest request, Task<HttpResponseMessage> sending, bool isUploading)
    {
        var abandoned = new AbandonedRequest(request, sending, body: null);

        // From here on its answer does not act for the caller, and its message is not sent by anybody else.
        AbandonedMessages.Add(request.Message, abandoned);
        if (sending.IsCompleted)
        {
            return abandoned;
        }

        bool isActing = request.IsActing;
        if (isUploading || isActing)
        {
            abandoned._held = request;
            abandoned._message = isActing ? new MessageState(request.Message) : null;
        }
        else if (abandoned._decision.MayBeLetRun)
        {
            abandoned._report.TagDuration(request.Message);
        }

        return abandoned;
    }

    public static AbandonedRequest ReadingBody(SentRequest request, ReceivedBody body) => new(request, sending: null, body);

    /// <summary>
    /// Whether its caller is still held, because its content may be in use or its message may still be redirected, and is let go by
    /// this job.
    /// </summary>
    public bool HoldsItsCaller => _held is not null;

    /// <summary>Ends what must have ended before its caller is let go. What the answer's headers do is over when they are there.</summary>
    public void EndAtOnce() => _decision.EndAtOnce(isActing: _sending is not null && _request.IsActing);

    /// <inheritdoc cref="AbandonDecision.StopActing"/>
    /// <param name="unsent">What it is kept from sending.</param>
    public void StopActing(UnsentReason unsent)
    {
        _request.Scope.NoteUnsent(unsent);
        _decision.StopActing();
    }

    protected override async Task RunAsync()
    {
        ITimer? deadline = null;
        try
        {
            if (_held is not null)
            {
                await LetGoAsync(_held).ConfigureAwait(false);
            }

            if (!_decision.EndsByItsRung())
            {
                deadline = _drainer.TimeProvider.CreateTimer(
                    static state => ((AbandonDecision)state!).End(AbandonOutcome.DrainTimeout),
                    _decision, _drainer.Options.DrainTimeout, Timeout.InfiniteTimeSpan);
            }

            await FinishAsync().ConfigureAwait(false);
        }
        finally
        {
            if (deadline is not null)
            {
                await deadline.DisposeAsync().ConfigureAwait(false);
            }

            _decision.ReleaseDrain();
            _request.Scope.End();
            AbandonedMessages.Remove(_request.Message, this);
            ActingAnswers.Forget(_request.Message);
            _report.Ended(_decision.Outcome, _discarded, _body?.Response.Version, _failure);
        }
    }

    /// <summary>
    /// Lets the caller go when nobody uses its content or changes its message any more. That is what the plain client's caller waits for too, however
    /// long it takes; here a handler or a content that ignores its token holds it for a moment only.
    /// </summary>
    private async Task LetGoAsync(GracefulRequest held)
    {
        try
        {
            await ((Task)_sending!).WaitAsync(ContentGrace, _drainer.TimeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

            // Over HTTP/2 the runtime does not look at its token between an answer that came while it was sending, and the redirect.
            // That is not sent, but the message is changed for it.
            if (_sending!.IsCompleted)
            {
                _message?.Restore();
            }
        }
        finally
        {
            held.LetGo();
        }
    }

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
        catch (Exception e)
        {
            // We ended it ourselves, or it failed: a peer's reset, a malformed answer. Then there is nobody left to tell, and
            // the runtime has closed the connection.
            if (_decision.TryDecide(AbandonOutcome.Failed))
            {
                _failure = e;
            }
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
        if (body.Response.StatusCode == HttpStatusCode.SwitchingProtocols || Ladder.IsStreamByNature(body.Content) || IsEndedByItsAuthor(body))
        {
            return AbandonOutcome.Closed;
        }

        try
        {
            while (!_decision.IsMade && !body.HasEnded)
            {
                if (_discarded + body.KnownRemainder > _drainer.Options.MaxDrainSize)
                {
                    return AbandonOutcome.DrainSize;
                }

                _discarded += await body.DiscardAsync(buffer, _request.InnerToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_decision.IsMade)
        {
            return AbandonOutcome.None;
        }

        if (body.HasEnded)
        {
            _decision.Drained(_sending is null ? null : body.Response);
        }

        return AbandonOutcome.None;
    }

    /// <summary>Ends the connection, or the stream, in the middle of the body.</summary>
    private async Task CloseAsync(ReceivedBody body, AbandonOutcome reason, byte[] buffer)
    {
        if (!_decision.MayEndNow())
        {
            // It is not read any more, so that flow control holds it, and ends with the drain's time.
            await _request.WaitUntilHandedDownAsync().ConfigureAwait(false);
        }

        _decision.TryDecide(reason);
        if (_decision.IsStream || IsEndedByItsAuthor(body))
        {
            // Disposing an unfinished stream resets it.
            return;
        }

        // A stream of a handler's that ignores its token shall not keep its drain too.
        _decision.ReleaseDrain();
        await body.CutAsync(_request.Scope, buffer).ConfigureAwait(false);
    }

    /// <summary>A content of another handler's, never opened: opening it may buffer all of it, without a bound and without a token.</summary>
    private static bool IsEndedByItsAuthor(ReceivedBody body) => body is { OpensAtOnce: false, Detached: null };
}
