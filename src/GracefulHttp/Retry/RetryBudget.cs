using GracefulHttp.Abandonment;
using GracefulHttp.Validation;

namespace GracefulHttp.Retry;

/// <summary>How many retries one origin gets: a token bucket that requests fill, and that retries and what they leave running empty.</summary>
/// <remarks>
/// A request earns <see cref="GracefulRetryOptions.RetryRatio"/>, every second earns
/// <see cref="GracefulRetryOptions.MinRetriesPerSecond"/>, a retry costs one. The bucket holds what the requests of the last 10 s
/// and one second have earned, and in it there is no room for the tokens of calls whose attempts still run or drain: those are load.
/// </remarks>
internal sealed class RetryBudget(ICurrentOptions<GracefulRetryOptions> options, TimeProvider timeProvider)
{
    // Ten times a tenth is a little less than one.
    private const double Rounding = 1e-9;

    private readonly Lock _lock = new();
    private readonly RecentRequests _requests = new(timeProvider);
    private readonly List<DrainingCall> _draining = [];
    private double _tokens = options.Value.MinRetriesPerSecond;
    private long _filledAt = timeProvider.GetTimestamp();
    private int _held;

    /// <summary>Whether a call holds tokens, which it will give back.</summary>
    public bool IsHeld => Volatile.Read(ref _held) != 0;

    /// <summary>Whether nothing would be lost if it were forgotten.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_lock)
            {
                Fill();
                return _held == 0 && _requests.Count == 0 && _tokens >= options.Value.MinRetriesPerSecond - Rounding;
            }
        }
    }

    /// <summary>Counts a call, by its first attempt.</summary>
    public void CountRequest()
    {
        lock (_lock)
        {
            Fill();
            _requests.Add();
            _tokens = Math.Min(Room, _tokens + options.Value.RetryRatio);
        }
    }

    /// <summary>Whether one more attempt may be made. The caller must call <see cref="GiveBack"/> once for all of its tokens.</summary>
    public bool TryTake()
    {
        lock (_lock)
        {
            Fill();
            if (_tokens < 1 - Rounding)
            {
                return false;
            }

            _tokens--;
            _held++;
            return true;
        }
    }

    /// <summary>
    /// A call has ended. Its tokens are spent; their places are free again when no attempt of it drains any more.
    /// </summary>
    public void GiveBack(int tokens, IEnumerable<HttpRequestMessage> attempts)
    {
        HttpRequestMessage[] draining = [.. attempts.Where(IsDraining)];
        lock (_lock)
        {
            if (draining.Length == 0)
            {
                _held -= tokens;
            }
            else
            {
                _draining.Add(new DrainingCall(tokens, Array.ConvertAll(draining, static message => new WeakReference<HttpRequestMessage>(message))));
            }
        }
    }

    private double Room => Math.Max(0, (options.Value.RetryRatio * _requests.Count) + options.Value.MinRetriesPerSecond - _held);

    private static bool IsDraining(HttpRequestMessage attempt) => AbandonedMessages.Find(attempt) is not null;

    private void Fill()
    {
        // Few: drains are bounded in time and number.
        _held -= _draining.Where(static call => !call.IsRunning).Sum(static call => call.Tokens);
        _draining.RemoveAll(static call => !call.IsRunning);
        long now = timeProvider.GetTimestamp();
        double earned = timeProvider.GetElapsedTime(_filledAt, now).TotalSeconds * options.Value.MinRetriesPerSecond;
        _tokens = Math.Min(Room, _tokens + earned);
        _filledAt = now;
    }

    /// <summary>Weak, for the messages carry their callers' options.</summary>
    private sealed record DrainingCall(int Tokens, WeakReference<HttpRequestMessage>[] Attempts)
    {
        public bool IsRunning => Array.Exists(Attempts, static attempt => attempt.TryGetTarget(out HttpRequestMessage? message) && IsDraining(message));
    }
}
