namespace GracefulHttp.TestKit.Servers;

/// <summary>What clients told a server frame by frame, of all its connections. Only what tests ask for is kept.</summary>
public sealed class Http2FrameLog
{
    private readonly Lock _gate = new();
    private readonly List<int> _resetStreams = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiters = [];

    /// <summary>The streams for which RST_STREAM came, in its order.</summary>
    public IReadOnlyList<int> ResetStreams
    {
        get
        {
            lock (_gate)
            {
                return [.. _resetStreams];
            }
        }
    }

    /// <summary>Completes when that many RST_STREAM frames have come, over all.</summary>
    public Task WaitForResetsAsync(int count)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waiters.Add((count, reached));
            CompleteWaiters();
        }

        return reached.Task.WithinAsync(null, $"{count} RST_STREAM frames");
    }

    internal void AddReset(int stream)
    {
        lock (_gate)
        {
            _resetStreams.Add(stream);
            CompleteWaiters();
        }
    }

    private void CompleteWaiters()
    {
        foreach ((int count, TaskCompletionSource reached) in _waiters)
        {
            if (_resetStreams.Count >= count)
            {
                reached.TrySetResult();
            }
        }
    }
}
