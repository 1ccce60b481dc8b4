using System.Diagnostics;
using System.Net;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Micro.Storm;

/// <summary>Sends requests at fixed rates, whether or not earlier ones have ended: some to be answered, some to be abandoned.</summary>
internal sealed class StormLoad(HttpClient client, int port, StormTurn turn)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(5);

    private readonly Uri _live = WireProtocol.H2.Url(port);
    private readonly Uri _slow = WireProtocol.H2.Url(
        port, AnswerScript.Query(StormSettings.WorkTime, "headers") + AnswerScript.OutliveQuery);

    /// <summary>Returns when all of the requests have ended.</summary>
    public async Task RunAsync(TimeSpan time, int livePerSecond, int cancelsPerSecond, CancellationToken interrupted)
    {
        var callers = new List<Task>();
        int live = 0;
        int slow = 0;
        long start = Stopwatch.GetTimestamp();
        using var ticks = new PeriodicTimer(Tick, TimeProvider.System);
        TimeSpan elapsed;
        do
        {
            await ticks.WaitForNextTickAsync(interrupted);
            elapsed = Stopwatch.GetElapsedTime(start);
            // What is due by now: a tick that came late makes up for it.
            for (; slow < elapsed.TotalSeconds * cancelsPerSecond; slow++)
            {
                callers.Add(AbandonAsync());
            }

            for (; live < elapsed.TotalSeconds * livePerSecond; live++)
            {
                callers.Add(AskAsync());
            }
        }
        while (elapsed < time);

        await Task.WhenAll(callers);
    }

    /// <summary>A request that nobody abandons.</summary>
    public async Task AskAsync()
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            using HttpResponseMessage response = await client.GetAsync(_live);
            ReadOnlyMemory<byte> body = await response.Content.ReadAsByteArrayAsync();
            long end = Stopwatch.GetTimestamp();
            if (response.StatusCode == HttpStatusCode.OK && body.Span.SequenceEqual(AnswerBody.Fast.Span))
            {
                turn.Answer(end - start);
            }
            else
            {
                turn.Fail($"a wrong answer: status {(int)response.StatusCode}, {body.Length} bytes");
            }
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            turn.Fail(Reason(e));
        }
    }

    private async Task AbandonAsync()
    {
        using var leaving = new CancellationTokenSource(StormSettings.CallerTimeout, TimeProvider.System);
        try
        {
            using HttpResponseMessage response = await client.GetAsync(_slow, leaving.Token);
            turn.Fail("answered before its caller left");
        }
        catch (OperationCanceledException e) when (e.CancellationToken == leaving.Token)
        {
            turn.Abandon();
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            turn.Fail(Reason(e));
        }
    }

    private static string Reason(Exception failure) => failure.GetBaseException().Message;
}
