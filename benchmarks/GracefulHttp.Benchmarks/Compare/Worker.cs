using System.Diagnostics;
using System.Net;

namespace GracefulHttp.Benchmarks.Compare;

/// <summary>A caller in a closed loop: it sends its next request when the last one has ended.</summary>
internal sealed class Worker(HttpClient client, RowTarget target, double abandon, TimeSpan timeout, int seed)
{
    /// <summary>A server that refuses everything would otherwise be asked a million times a second.</summary>
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(10);

    // The same requests in the same order for every strategy.
    private readonly Random _random = new(seed);

    /// <summary>Works until <paramref name="deadline"/>, a <see cref="Stopwatch"/> timestamp; the last request is finished.</summary>
    public async Task<WorkTally> RunAsync(long deadline, CancellationToken interrupted)
    {
        var tally = new WorkTally();
        while (Stopwatch.GetTimestamp() < deadline && !interrupted.IsCancellationRequested)
        {
            long failedBefore = tally.Failed;
            if (_random.NextDouble() < abandon)
            {
                await AbandonAsync(tally);
            }
            else
            {
                await UseAsync(tally, deadline);
            }

            if (tally.Failed != failedBefore)
            {
                await Task.Delay(PauseAfterFailure, TimeProvider.System, CancellationToken.None);
            }
        }

        return tally;
    }

    private async Task UseAsync(WorkTally tally, long deadline)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            using HttpResponseMessage response = await client.GetAsync(target.Fast);
            ReadOnlyMemory<byte> body = await response.Content.ReadAsByteArrayAsync();
            long end = Stopwatch.GetTimestamp();
            if (response.StatusCode != HttpStatusCode.OK)
            {
                tally.Fail($"status {(int)response.StatusCode}");
            }
            else if (target.ExpectedBody is { } expected && !body.Span.SequenceEqual(expected.Span))
            {
                tally.Fail($"a wrong body of {body.Length} bytes");
            }
            else
            {
                tally.OkLatency.Record(end - start);
                _ = end <= deadline ? tally.Ok++ : tally.OkLate++;
            }
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            tally.Fail(e.InnerException?.Message ?? e.Message);
        }
    }

    private async Task AbandonAsync(WorkTally tally)
    {
        using var leaving = new Leaving(timeout);
        try
        {
            using HttpResponseMessage response = await client.GetAsync(target.Slow, leaving.Token);
            tally.AnsweredInTime++;
        }
        catch (OperationCanceledException) when (leaving.HasLeft)
        {
            tally.CancelLatency.Record(Stopwatch.GetTimestamp() - leaving.LeftAt);
            tally.Abandoned++;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            // Also a request that was abandoned but ended with another exception: its caller could not tell why.
            tally.Fail(e.InnerException?.Message ?? e.Message);
        }
    }
}
