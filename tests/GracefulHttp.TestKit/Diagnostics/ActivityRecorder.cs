using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace GracefulHttp.TestKit.Diagnostics;

/// <summary>
/// Keeps the activities of one source that have ended and are linked to <see cref="Caller"/>: an activity source belongs to the
/// process, and other tests to other callers.
/// </summary>
public sealed class ActivityRecorder : IDisposable
{
    private readonly ActivityListener _listener;
    private readonly Lock _gate = new();
    private readonly List<Activity> _activities = [];
    private readonly List<(string Name, TaskCompletionSource<Activity> Ended)> _waiters = [];

    public ActivityRecorder(string source)
    {
        Caller = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();
        ActivityContext context = Caller.Context;
        _listener = new ActivityListener
        {
            ShouldListenTo = candidate => candidate.Name == source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.Links.Any(link => link.Context == context))
                {
                    Add(activity);
                    OnStopped?.Invoke(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>The activity that was current when this was made, in whose flow the requests of the test are sent.</summary>
    public Activity Caller { get; }

    /// <summary>For a listener that does more than record.</summary>
    public Action<Activity>? OnStopped { get; init; }

    public IReadOnlyList<Activity> Activities
    {
        get
        {
            lock (_gate)
            {
                return [.. _activities];
            }
        }
    }

    /// <summary>The first with this name, now or later.</summary>
    public Task<Activity> EndedAsync(string name, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var ended = new TaskCompletionSource<Activity>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_activities.Find(activity => activity.OperationName == name) is { } activity)
            {
                ended.SetResult(activity);
            }
            else
            {
                _waiters.Add((name, ended));
            }
        }

        return ended.Task.WithinAsync(null, $"the end of an activity '{name}'", file, line);
    }

    public void Dispose()
    {
        _listener.Dispose();
        Caller.Dispose();
    }

    private void Add(Activity activity)
    {
        lock (_gate)
        {
            _activities.Add(activity);
            foreach ((string name, TaskCompletionSource<Activity> ended) in _waiters)
            {
                if (name == activity.OperationName)
                {
                    ended.TrySetResult(activity);
                }
            }
        }
    }
}
