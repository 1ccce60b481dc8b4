namespace GracefulHttp.Benchmarks.Micro.Linger;

/// <summary>Requests that the server never answers, each on a connection of its own.</summary>
internal sealed class HeldRequests(HttpClient client, Uri url, ServerWork work) : IDisposable
{
    /// <summary>As many connect at the same time: thousands of TLS handshakes at once would time each other out.</summary>
    private const int Wave = 200;

    private readonly CancellationTokenSource _leaving = new();
    private readonly List<Task> _requests = [];

    /// <summary>Returns when the server has them all.</summary>
    public async Task SendAsync(int count, CancellationToken interrupted)
    {
        while (_requests.Count < count)
        {
            int wave = Math.Min(Wave, count - _requests.Count);
            _requests.AddRange(Enumerable.Range(0, wave).Select(_ => client.GetAsync(url, _leaving.Token)));
            await work.WaitUntilHeldAsync(_requests, interrupted);
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
}
