using System.Diagnostics;
using System.Net;

namespace GracefulHttp.Benchmarks.Compare;

/// <summary>Sends requests of both kinds, and notes how they ended.</summary>
/// <param name="client">What sends them.</param>
/// <param name="target">Where to.</param>
/// <param name="timeout">How long a caller waits for a slow answer.</param>
/// <param name="deadline">When the measurement ends, a <see cref="Stopwatch"/> timestamp.</param>
/// <param name="tally">Where they are noted.</param>
internal sealed class Caller(ComparedClient client, RowTarget target, TimeSpan timeout, long deadline, WorkTally tally)
{
    public PlannedRequest PlanUseful(long intended) => new(
        () => Task.Run(() => UseAsync(intended), CancellationToken.None),
        () =>
        {
            tally.FailUnsent();
            tally.WaitInVain(Stopwatch.GetTimestamp() - intended);
        });

    public PlannedRequest PlanAbandoned() => new(() => Task.Run(AbandonAsync, CancellationToken.None), tally.FailUnsent);

    /// <summary>A useful request: it is to be answered right.</summary>
    /// <param name="intended">When it was to be sent, a <see cref="Stopwatch"/> timestamp: its latency counts from there.</param>
    public async Task<bool> UseAsync(long intended)
    {
        bool answered = await GetAsync(client);
        long end = Stopwatch.GetTimestamp();
        if (answered)
        {
            tally.Answer(end - intended, inTime: end <= deadline);
        }
        else
        {
            tally.WaitInVain(end - intended);
        }

        return answered;
    }

    /// <summary>A request that its caller leaves, or whatever the row has instead.</summary>
    public Task<bool> AbandonAsync() =>
        target.Phase == RequestPhase.IdleClose ? CloseIdleAsync() : client.Retries ? AskAgainAsync() : LeaveAsync();

    private async Task<bool> LeaveAsync()
    {
        using var leaving = new Leaving(timeout);
        try
        {
            using HttpRequestMessage request = target.SlowRequest(client.Http);
            using HttpResponseMessage response = await client.Http.SendAsync(request, leaving.Token);
            tally.AnswerInTime();
            return true;
        }
        catch (OperationCanceledException) when (leaving.HasLeft)
        {
            tally.Abandon(Stopwatch.GetTimestamp() - leaving.LeftAt);
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            // Also a request that was abandoned but ended with another exception: its caller could not tell why.
            tally.Fail(e.InnerException?.Message ?? e.Message);
            return false;
        }
    }

    private async Task<bool> AskAgainAsync()
    {
        using HttpRequestMessage request = target.SlowRequest(client.Http);
        QuickRetries.SlowCall call = QuickRetries.Follow(request, target.Fast);
        if (!await IsAnsweredAsync(client.Http.SendAsync(request), expectedBody: null))
        {
            return false;
        }

        if (call.Attempts > 1)
        {
            tally.AbandonUntimed();
        }
        else
        {
            tally.AnswerInTime();
        }

        return true;
    }

    private async Task<bool> CloseIdleAsync()
    {
        using ComparedClient own = client.ForOneRequest();
        bool answered = await GetAsync(own);
        if (answered)
        {
            tally.AbandonUntimed();
        }

        return answered;
    }

    private Task<bool> GetAsync(ComparedClient from) => IsAnsweredAsync(from.Http.GetAsync(target.Fast), target.ExpectedBody);

    private async Task<bool> IsAnsweredAsync(Task<HttpResponseMessage> asking, ReadOnlyMemory<byte>? expectedBody)
    {
        try
        {
            using HttpResponseMessage response = await asking;
            ReadOnlyMemory<byte> body = await response.Content.ReadAsByteArrayAsync();
            if (response.StatusCode != HttpStatusCode.OK)
            {
                tally.Fail($"status {(int)response.StatusCode}");
                return false;
            }

            if (expectedBody is { } expected && !body.Span.SequenceEqual(expected.Span))
            {
                tally.Fail($"a wrong body of {body.Length} bytes");
                return false;
            }

            return true;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            tally.Fail(e.InnerException?.Message ?? e.Message);
            return false;
        }
    }
}
