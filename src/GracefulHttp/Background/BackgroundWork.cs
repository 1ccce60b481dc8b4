using GracefulHttp.Diagnostics;
using Microsoft.Extensions.Logging;

namespace GracefulHttp.Background;

/// <summary>
/// Starts, counts and observes everything that goes on after a caller has left: drains and closing connections.
/// Nothing else in the library starts work that it does not await.
/// </summary>
/// <param name="logger">Where failures are reported.</param>
/// <param name="all">Counts the same work together with that of others.</param>
internal sealed class BackgroundWork(ILogger logger, BackgroundWork? all = null)
{
    private readonly Lock _lock = new();
    private int _running;
    private TaskCompletionSource? _idle;

    public int Running => Volatile.Read(ref _running);

    /// <summary>Runs <paramref name="job"/> on the thread pool, without the execution context of whoever is leaving.</summary>
    /// <param name="job">The work.</param>
    /// <param name="first">
    /// What goes on ahead of it, once it is counted: a caller, who would wait behind the closing of a connection. It is executed twice.
    /// </param>
    public void Start(BackgroundJob job, IThreadPoolWorkItem? first = null)
    {
        Enter();
        job.Owner = this;
        if (first is not null)
        {
            // Local: where many leave at once, the global queue is full of the work that others have left behind. And global, for
            // whoever cancels may go on working on this thread, and others take local work last.
            ThreadPool.UnsafeQueueUserWorkItem(first, preferLocal: true);
            ThreadPool.UnsafeQueueUserWorkItem(first, preferLocal: false);
        }

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

    /// <summary>Logs what nobody awaits. A logger that throws is not listened to.</summary>
    public void Report(Exception unexpected)
    {
        try
        {
            Log.BackgroundWorkFailed(logger, unexpected);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // There is nobody left to tell.
        }
    }

    internal void Ended(Exception? unexpected)
    {
        Exit();
        if (unexpected is not null)
        {
            Report(unexpected);
        }
    }

    private void Enter()
    {
        all?.Enter();
        lock (_lock)
        {
            _running++;
        }
    }

    private void Exit()
    {
        TaskCompletionSource? idle = null;
        lock (_lock)
        {
            if (--_running == 0)
            {
                (idle, _idle) = (_idle, null);
            }
        }

        idle?.SetResult();
        all?.Exit();
    }
}
