namespace GracefulHttp.Benchmarks.Micro.Linger;

/// <summary>A client whose abandoned connections all linger.</summary>
internal sealed class LingeringClient : IDisposable
{
    private readonly GracefulHttpHandler _graceful;

    public LingeringClient(int connections, TimeSpan lingerTimeout)
    {
        var options = new GracefulHttpOptions
        {
            Strategy = AbandonStrategy.Close,
            LingerTimeout = lingerTimeout,
            MaxLingeringConnections = connections,
        };
        _graceful = new GracefulHttpHandler(options, MeasuredSockets.Create());
        Http = new HttpClient(_graceful) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public HttpClient Http { get; }

    /// <summary>Waits, bounded, until nothing lingers.</summary>
    /// <returns>Whether that was so in time.</returns>
    public async Task<bool> WaitForIdleAsync(TimeSpan limit, CancellationToken interrupted)
    {
        try
        {
            await _graceful.WaitForIdleAsync(interrupted).WaitAsync(limit, TimeProvider.System, interrupted);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    public void Dispose() => Http.Dispose();
}
