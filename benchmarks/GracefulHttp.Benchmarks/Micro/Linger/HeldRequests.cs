using GracefulHttp.Benchmarks.Peer;

namespace GracefulHttp.Benchmarks.Micro.Linger;

/// <summary>Requests that the server never answers, each on a connection of its own.</summary>
internal sealed class HeldRequests(HttpClient client, Uri url, PeerProcess peer) : IDisposable
{
    /// <summary>As many connect at the same time: thousands of TLS handshakes at once would time each other out.</summary>
    private const int Wave = 200;

    private static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);

    private readonly CancellationTokenSource _leaving = new();
    private readonly List<Task> _requests = [];

    /// <summary>Returns when the server has them all.</summary>
    public async Task SendAsync(int count, CancellationToken interrupted)
    {
        while (_requests.Count < count)
        {
            int wave = Math.Min(Wave, count - _requests.Count);
            _requests.AddRange(Enumerable.Range(0, wave).Select(_ => client.GetAsync(url, _leaving.Token)));
            await WaitUntilHeldAsync(interrupted);
        }
    }

    /// <summary>All callers leave at once. Nothing of the requests is left here when this returns.</summary>
    public async Task AbandonAsync()
    {
        await _leaving.CancelAsync();
        foreach (Task request in _requests)
        {
            await request.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _requests.Clear();
        _requests.TrimExcess();
    }

    public void Dispose() => _leaving.Dispose();

    private async Task WaitUntilHeldAsync(CancellationToken interrupted)
    {
        long held = 0;
        long since = TimeProvider.System.GetTimestamp();
        while (held < _requests.Count)
        {
            interrupted.ThrowIfCancellationRequested();
            if (_requests.Find(request => request.IsCompleted) is { } failed)
            {
                throw new MicroFailedException($"a request that nobody answers has ended: {failed.Exception?.InnerException?.Message ?? failed.Status.ToString()}");
            }

            long now = (await peer.ReadServerAsync(url.Port)).SlowInProgress;
            if (now > held)
            {
                (held, since) = (now, TimeProvider.System.GetTimestamp());
            }
            else if (TimeProvider.System.GetElapsedTime(since) > StallLimit)
            {
                throw new MicroFailedException($"only {held} of {_requests.Count} requests have reached the server.");
            }

            await Task.Delay(PollInterval, TimeProvider.System, interrupted);
        }
    }
}
