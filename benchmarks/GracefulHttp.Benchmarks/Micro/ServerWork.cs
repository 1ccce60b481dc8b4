using GracefulHttp.Benchmarks.Peer;

namespace GracefulHttp.Benchmarks.Micro;

/// <summary>Waits for what a server of the peer is working on.</summary>
internal sealed class ServerWork(PeerProcess peer, int port)
{
    private static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);

    /// <summary>Returns when the server has all of the requests, none of which it answers.</summary>
    /// <exception cref="MicroFailedException">A request has ended, or they do not arrive.</exception>
    public async Task WaitUntilHeldAsync(IReadOnlyList<Task> requests, CancellationToken interrupted)
    {
        long held = 0;
        long since = TimeProvider.System.GetTimestamp();
        while (held < requests.Count)
        {
            interrupted.ThrowIfCancellationRequested();
            if (requests.FirstOrDefault(request => request.IsCompleted) is { } failed)
            {
                throw new MicroFailedException($"a request that nobody answers has ended: {failed.Exception?.InnerException?.Message ?? failed.Status.ToString()}");
            }

            long now = await CountAsync();
            if (now > held)
            {
                (held, since) = (now, TimeProvider.System.GetTimestamp());
            }
            else if (TimeProvider.System.GetElapsedTime(since) > StallLimit)
            {
                throw new MicroFailedException($"only {held} of {requests.Count} requests have reached the server.");
            }

            await Task.Delay(PollInterval, TimeProvider.System, interrupted);
        }
    }

    /// <summary>Returns when the server works on nothing any more.</summary>
    /// <exception cref="MicroFailedException">It goes on and on.</exception>
    public async Task WaitUntilDoneAsync()
    {
        long since = TimeProvider.System.GetTimestamp();
        while (await CountAsync() is > 0 and long left)
        {
            if (TimeProvider.System.GetElapsedTime(since) > StallLimit)
            {
                throw new MicroFailedException($"the server still works on {left} requests.");
            }

            await Task.Delay(PollInterval, TimeProvider.System);
        }
    }

    private async Task<long> CountAsync() => (await peer.ReadServerAsync(port)).SlowInProgress;
}
