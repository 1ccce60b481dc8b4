using GracefulHttp.TestKit;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace GracefulHttp.WireTests.Retry;

/// <summary>A short time-out and a retry, against a server whose first answer comes a little too late and whose others hardly come at all.</summary>
public sealed class LateAnswerTests : RetryWireTest
{
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromMilliseconds(150);

    private readonly TaskCompletionSource _retried = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task SendAsync_FirstAnswerIsLate_IsUsedAndOneRetryWasSentAndNoReset(Scheme scheme)
    {
        ServeFirstLate(scheme);
        WireClient client = Connect(new GracefulRetryOptions { AttemptTimeout = AttemptTimeout, MaxRetryAttempts = 1 });

        string answer = await client.Http.GetStringAsync("/held").WithinAsync();

        answer.ShouldBe("0");
        Held.IsReleased.ShouldBeFalse("the retry is not answered");
        Server.RequestsReceived.ShouldBe(2);
        await ShouldNotHaveResetAsync(client);

        // The loser was drained, and both connections live.
        Recorder.FinsFromClient.ShouldBe(0);
        Recorder.ConnectionsOpened.ShouldBe(2);
    }

    [Fact]
    public async Task Polly_FirstAnswerIsLate_IsLostAndReset()
    {
        ServeFirstLate(Scheme.Http);
        WireClient client = Connect(
            new ResiliencePipelineBuilder<HttpResponseMessage>()
                .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
                {
                    MaxRetryAttempts = 1,
                    Delay = TimeSpan.FromMilliseconds(200),
                    ShouldHandle = static args => new(args.Outcome.Exception is TimeoutRejectedException),
                })
                .AddTimeout(AttemptTimeout)
                .Build(),
            isGraceful: false);

        await Assert.ThrowsAsync<TimeoutRejectedException>(() => client.Http.GetStringAsync("/held").WithinAsync());

        // On a busy machine the retry may have timed out before it was sent.
        _retried.TrySetResult();
        Held.Release();
        await Recorder.WaitForAsync(recorder => recorder.ResetsFromClient != 0);
    }

    [Fact]
    public async Task SendAsync_CallerLeavesWithAttemptsRunning_AllAreDrained()
    {
        Serve(async (exchange, _) =>
        {
            await Held.ArriveAsync();
            await exchange.RespondAsync();
        });
        WireClient client = Connect(new GracefulRetryOptions { AttemptTimeout = TimeSpan.FromMilliseconds(50), MaxRetryAttempts = 1 });
        using var caller = new CancellationTokenSource();
        Task<string> call = client.Http.GetStringAsync("/held", caller.Token);
        await Recorder.WaitForAsync(recorder => recorder.ConnectionsOpened == 2);

        await caller.CancelAsync();

        (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithinAsync())).CancellationToken.ShouldBe(caller.Token);
        Held.IsReleased.ShouldBeFalse();
        await ShouldNotHaveResetAsync(client);
    }

    /// <summary>The first answer comes when a second request is there, if anybody sends one; that is held.</summary>
    private void ServeFirstLate(Scheme scheme) => Serve(
        async (exchange, number) =>
        {
            if (number == 0)
            {
                await _retried.Task.WithinAsync();
            }
            else
            {
                _retried.TrySetResult();
                await Held.ArriveAsync();
            }

            await exchange.RespondAsync($"{number}");
        },
        scheme);
}
