using GracefulHttp.Diagnostics;
using GracefulHttp.Validation;
using Microsoft.Extensions.Logging;

namespace GracefulHttp.Connections;

/// <summary>
/// The connections that are closing, oldest first: the one structure that bounds their number and their time, with one
/// timer for all of them.
/// </summary>
internal sealed class LingerBudget
{
    // At once, where a reload has lowered their number: this may be inside somebody's Cancel().
    private const int MostEvictions = 8;

    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly ICurrentOptions<GracefulCloseOptions> _options;
    private readonly ProcessLingers _process;
    private readonly TimeProvider _timeProvider;
    private readonly ITimer _timer;
    private ClosingConnection? _oldest;
    private ClosingConnection? _newest;
    private TimeSpan _armedFor;
    private int _count;

    public LingerBudget(ICurrentOptions<GracefulCloseOptions> options, ProcessLingers process, ILogger logger, TimeProvider timeProvider)
    {
        _logger = logger;
        _options = options;
        _process = process;
        _timeProvider = timeProvider;

        // The timer lives as long as the handler; it must not keep the context of whoever made the first request.
        using (ExecutionContext.IsFlowSuppressed() ? default(IDisposable?) : ExecutionContext.SuppressFlow())
        {
            _timer = timeProvider.CreateTimer(
                static state => ((LingerBudget)state!).CutExpired(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public int Count => Volatile.Read(ref _count);

    /// <summary>Admits a connection, if need be at the cost of the oldest. False where none may linger.</summary>
    public bool TryAdd(ClosingConnection connection)
    {
        GracefulCloseOptions options = _options.Value;
        if (options.MaxLingeringConnections == 0)
        {
            return false;
        }

        List<ClosingConnection>? evicted = null;
        lock (_lock)
        {
            connection.IsQueued = true;
            connection.Older = _newest;
            if (_newest is null)
            {
                _oldest = connection;
                Arm(options.LingerTimeout);
            }
            else
            {
                _newest.Newer = connection;
                if (options.LingerTimeout != _armedFor)
                {
                    // A reload: those that linger go by it too, from now on.
                    Arm(options.LingerTimeout - _timeProvider.GetElapsedTime(_oldest!.StartedAt));
                }
            }

            _newest = connection;
            _armedFor = options.LingerTimeout;
            _count++;
            bool isProcessFull = !_process.TryEnter();
            while ((_count > options.MaxLingeringConnections || isProcessFull) && evicted is not { Count: MostEvictions })
            {
                (evicted ??= []).Add(ChooseEvicted());
                Unlink(evicted[^1]);
                isProcessFull = false;
            }
        }

        evicted?.ForEach(static one => one.Cut(CloseOutcome.LingerEvicted));
        return true;
    }

    public void Remove(ClosingConnection connection)
    {
        lock (_lock)
        {
            if (connection.IsQueued)
            {
                Unlink(connection);
            }
        }
    }

    /// <summary>The oldest attempt that has not connected yet, whose end nobody sees; else the oldest connection.</summary>
    private ClosingConnection ChooseEvicted()
    {
        for (ClosingConnection? candidate = _oldest; candidate is not null; candidate = candidate.Newer)
        {
            if (candidate.IsConnecting)
            {
                return candidate;
            }
        }

        return _oldest!;
    }

    private void CutExpired()
    {
        while (true)
        {
            ClosingConnection expired;
            lock (_lock)
            {
                if (_oldest is null)
                {
                    return;
                }

                TimeSpan left = _options.Value.LingerTimeout - _timeProvider.GetElapsedTime(_oldest.StartedAt);
                if (left > TimeSpan.Zero)
                {
                    // A timer counts whole milliseconds; rounding down would wake it too early, over and over.
                    Arm(left + TimeSpan.FromMilliseconds(1));
                    return;
                }

                expired = _oldest;
                Unlink(expired);
            }

            try
            {
                expired.Cut(CloseOutcome.LingerTimeout);
            }
            catch (Exception e)
            {
                // A stream of the user's that cannot be disposed; on a timer this would end the process.
                Log.BackgroundWorkFailed(_logger, e);
            }
        }
    }

    private void Arm(TimeSpan left) => _timer.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);

    private void Unlink(ClosingConnection connection)
    {
        if (connection.Older is null)
        {
            _oldest = connection.Newer;
        }
        else
        {
            connection.Older.Newer = connection.Newer;
        }

        if (connection.Newer is null)
        {
            _newest = connection.Older;
        }
        else
        {
            connection.Newer.Older = connection.Older;
        }

        connection.Older = connection.Newer = null;
        connection.IsQueued = false;
        _count--;
        _process.Exit();
    }
}
