using System.Buffers;
using GracefulHttp.Background;

namespace GracefulHttp.Abandonment;

/// <summary>
/// A request whose caller has left: drained within the budgets, or handed down to the transport layer by cancelling its
/// inner token, upon which <see cref="SocketsHttpHandler"/> disposes the connection.
/// </summary>
internal sealed class AbandonedRequest : BackgroundJob
{
    private const int BufferSize = 16 * 1024;

    // Reads that complete at once and so cannot be cancelled, before the connection is left to the runtime's own drain.
    private const int CloseAttempts = 16;

    private readonly Drainer _drainer;
    private readonly AbandonStrategy _strategy;
    private readonly CancellationTokenSource _inner;
    private readonly long _abandonedAt;
    private AbandonOutcome _outcome;
    private volatile bool _handedDown;
    private Task<HttpResponseMessage>? _sending;
    private ReceivedBody? _body;
    private long _discarded;

    private AbandonedRequest(Drainer drainer, AbandonStrategy strategy, CancellationTokenSource inner)
    {
        _drainer = drainer;
        _strategy = strategy;
        _inner = inner;
        _abandonedAt = drainer.TimeProvider.GetTimestamp();
        _outcome = strategy switch
        {
            AbandonStrategy.Drain => AbandonOutcome.Drained,
            AbandonStrategy.Close => AbandonOutcome.Closed,
            _ => AbandonOutcome.Aborted,
        };
    }

    /// <summary>A request that is waiting for its response headers.</summary>
    public static AbandonedRequest Waiting(
        Drainer drainer, AbandonStrategy strategy, CancellationTokenSource inner, Task<HttpResponseMessage> sending) =>
        new(drainer, strategy, inner) { _sending = sending };

    /// <summary>A request whose body is being read.</summary>
    public static AbandonedRequest Reading(
        Drainer drainer, AbandonStrategy strategy, CancellationTokenSource inner, ReceivedBody body) =>
        new(drainer, strategy, inner) { _body = body };

    protected override async Task RunAsync()
    {
        bool draining = _strategy == AbandonStrategy.Drain && TryBeginDrain();
        ITimer? deadline = null;
        try
        {
            if (draining)
            {
                deadline = _drainer.TimeProvider.CreateTimer(
                    static state => ((AbandonedRequest)state!).Expire(),
                    this, _drainer.Options.DrainTimeout, Timeout.InfiniteTimeSpan);
            }
            else
            {
                HandDown();
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
                _drainer.EndDrain();
            }

            _drainer.Record(_outcome, _drainer.TimeProvider.GetElapsedTime(_abandonedAt), _discarded);
        }
    }

    private bool TryBeginDrain()
    {
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

        return true;
    }

    private void Expire()
    {
        _outcome = AbandonOutcome.DrainTimeout;
        HandDown();
    }

    private void HandDown()
    {
        _handedDown = true;
        _inner.Cancel();
    }

    private async Task EndAsync()
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            _body ??= await ReceivedBody.FromAsync(await _sending!.ConfigureAwait(false)).ConfigureAwait(false);
            if (!await TryDrainAsync(_body, buffer).ConfigureAwait(false))
            {
                _handedDown = true;
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
        try
        {
            while (!_handedDown && !body.HasEnded)
            {
                if (_discarded + body.KnownRemainder > _drainer.Options.MaxDrainSize)
                {
                    _outcome = AbandonOutcome.DrainSize;
                    return false;
                }

                _discarded += await body.DiscardAsync(buffer, _inner.Token).ConfigureAwait(false);
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
    private static async Task CloseAsync(ReceivedBody body, byte[] buffer)
    {
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
}
