using GracefulHttp.Diagnostics;
using Microsoft.Extensions.Logging;

namespace GracefulHttp.Background;

/// <summary>
/// Starts, counts and observes everything that goes on after a caller has left: drains and closing connections.
/// Nothing else in the library starts work that it does not await.
/// </summary>
internal sealed class BackgroundWork(ILogger logger)
{
    private readonly Lock _lock = new();
    private int _running;
    private TaskCompletionSource? _idle;

    public int Running => Volatile.Read(ref _running);

    /// <summary>Runs <paramref name="job"/> on the thread pool, without the execution context of whoever is leaving.</summary>
    public void Start(BackgroundJob job)
    {
        lock (_lock)
        {
            _running++;
        }

        job.Owner = this;
        ThreadPool.UnsafeQueueUserWorkItem(job, preferLocal: false);
    }

    /// <summary>Completes when no job is running.</summary>
    public Task WhenIdleAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_running == 0)
            {
                return Task.CompletedTask;
            }

            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task.WaitAsync(cancellationToken);
        }
    }

    internal void Ended(Exception? unexpected)
    {
        if (unexpected is not null)
        {
            Log.BackgroundWorkFailed(logger, unexpected);
        }

        TaskCompletionSource? idle = null;
        lock (_lock)
        {
            if (--_running == 0)
            {
                (idle, _idle) = (_idle, null);
            }
        }

        idle?.SetResult();
    }
}
