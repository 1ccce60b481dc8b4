namespace GracefulHttp.Retry;

/// <summary>How many requests there were in the last 10 s, to the second.</summary>
internal sealed class RecentRequests(TimeProvider timeProvider)
{
    private const int Seconds = 10;

    private readonly long _startedAt = timeProvider.GetTimestamp();
    private readonly int[] _bySecond = new int[Seconds];
    private long _second;
    private int _count;

    public int Count
    {
        get
        {
            Forget();
            return _count;
        }
    }

    public void Add()
    {
        Forget();
        _bySecond[_second % Seconds]++;
        _count++;
    }

    private void Forget()
    {
        long now = (long)timeProvider.GetElapsedTime(_startedAt).TotalSeconds;
        for (long second = Math.Max(_second, now - Seconds) + 1; second <= now; second++)
        {
            _count -= _bySecond[second % Seconds];
            _bySecond[second % Seconds] = 0;
        }

        _second = now;
    }
}
