namespace GracefulHttp.Benchmarks.Compare;

/// <summary>
/// Requests at a fixed rate, whatever becomes of those before: as a service's own callers send them, who do not know that it is
/// slow at the moment.
/// </summary>
/// <remarks>
/// A closed loop sends less while it waits, and so leaves out just the requests that would have been slow (coordinated omission).
/// Here each has a time at which it is to be sent, and its latency counts from there: what it waits for timers, or for its turn,
/// is in it.
/// </remarks>
/// <param name="time">The clock; its timestamps are what the other times are.</param>
/// <param name="perSecond">How many requests.</param>
/// <param name="mostUnderWay">So many at a time at most. The next one waits, and its latency counts on.</param>
internal sealed class OpenLoop(TimeProvider time, double perSecond, int mostUnderWay)
{
    /// <summary>Timers have this resolution; everything that has become due is then sent at once.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    /// <summary>When a request is to be sent: from the start, so that no error adds up.</summary>
    public long IntendedAt(long start, long request) => start + (long)(request * (time.TimestampFrequency / perSecond));

    /// <summary>Sends from <paramref name="start"/> until <paramref name="deadline"/>, and waits for what is still under way.</summary>
    /// <param name="start">The timestamp of the first request.</param>
    /// <param name="deadline">Requests that are intended for later are not sent.</param>
    /// <param name="next">Plans the request intended for that timestamp. Called in the order of the schedule.</param>
    /// <param name="interrupted">Ends it within a tick.</param>
    public async Task RunAsync(long start, long deadline, Func<long, PlannedRequest> next, CancellationToken interrupted)
    {
        using var places = new SemaphoreSlim(mostUnderWay);
        long request = 0;
        for (long intended = start; intended < deadline && await WaitUntilAsync(intended, interrupted); intended = IntendedAt(start, ++request))
        {
            PlannedRequest planned = next(intended);
            if (await TakePlaceAsync(places, deadline, interrupted))
            {
                _ = SendAsync(planned.Send);
            }
            else
            {
                planned.Unsent();
            }
        }

        for (int place = 0; place < mostUnderWay; place++)
        {
            await places.WaitAsync(CancellationToken.None);
        }

        async Task SendAsync(Func<Task> send)
        {
            try
            {
                await send();
            }
            finally
            {
                places.Release();
            }
        }
    }

    /// <returns>Whether it is time to send; false where it is time to end.</returns>
    private async ValueTask<bool> WaitUntilAsync(long intended, CancellationToken interrupted)
    {
        while (!interrupted.IsCancellationRequested && time.GetTimestamp() < intended)
        {
            await Task.Delay(Tick, time, CancellationToken.None);
        }

        return !interrupted.IsCancellationRequested;
    }

    private async ValueTask<bool> TakePlaceAsync(SemaphoreSlim places, long deadline, CancellationToken interrupted)
    {
        if (places.Wait(0, CancellationToken.None))
        {
            return true;
        }

        TimeSpan left = time.GetElapsedTime(time.GetTimestamp(), deadline);
        if (left <= TimeSpan.Zero)
        {
            return false;
        }

        using var limit = new CancellationTokenSource(left, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, interrupted);
        try
        {
            await places.WaitAsync(over.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
