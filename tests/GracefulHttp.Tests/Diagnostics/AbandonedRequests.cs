using GracefulHttp.Abandonment;
using GracefulHttp.TestKit;
using GracefulHttp.Tests.Abandonment;

namespace GracefulHttp.Tests.Diagnostics;

/// <summary>Requests that are abandoned in every phase that a stub has, and end in every way.</summary>
internal static class AbandonedRequests
{
    public static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(3);
    public const int MaxDrainSize = 99;

    /// <summary>Where a request that is abandoned in this phase can end as this.</summary>
    public static TheoryData<string, string> Cells { get; } = new(
        from phase in new[] { AbandonPhase.Sending, AbandonPhase.WaitingForHeaders, AbandonPhase.ReadingBody }
        from outcome in Enum.GetValues<AbandonOutcome>()
        where outcome is not (AbandonOutcome.None or AbandonOutcome.NotSent or AbandonOutcome.WouldAct)
            && (phase != AbandonPhase.Sending || outcome is AbandonOutcome.Closed or AbandonOutcome.Aborted)
        select (phase.ToString(), outcome.ToString()));

    public static bool IsDrained(AbandonOutcome outcome) => outcome
        is AbandonOutcome.Drained
        or AbandonOutcome.DrainTimeout
        or AbandonOutcome.DrainSize
        or AbandonOutcome.Failed;

    public static MessageLayerFixture NewFixture(AbandonOutcome outcome) => new(options =>
    {
        options.DrainTimeout = DrainTimeout;
        options.MaxDrainSize = MaxDrainSize;
        options.MaxConcurrentDrains = outcome == AbandonOutcome.DrainRefused ? 0 : 10;
        options.Strategy = outcome switch
        {
            AbandonOutcome.Closed => AbandonStrategy.Close,
            AbandonOutcome.Aborted => AbandonStrategy.Abort,
            _ => AbandonStrategy.Drain,
        };
    });

    public static async Task AbandonAsync(MessageLayerFixture fixture, AbandonPhase phase, HttpMethod? method = null)
    {
        using var caller = new CancellationTokenSource();
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, "https://test:8443/path?secret=1");
        request.Content = phase == AbandonPhase.Sending ? new ByteArrayContent(new byte[10]) : null;
        Task running = fixture.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, caller.Token);
        await fixture.Sent.Task.WithinAsync();
        HttpResponseMessage? response = null;
        if (phase == AbandonPhase.ReadingBody)
        {
            fixture.Answer();
            response = await ((Task<HttpResponseMessage>)running).WithinAsync();
            running = (await response.Content.ReadAsStreamAsync(caller.Token)).ReadAsync(new byte[10], caller.Token).AsTask();
            await fixture.Body.Reading.WaitAsync(caller.Token).WithinAsync();
        }

        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WithinAsync());
    }

    /// <summary>Lets an abandoned request end; if it is drained, when its deadline runs.</summary>
    public static async Task EndAsync(MessageLayerFixture fixture, AbandonPhase phase, AbandonOutcome outcome)
    {
        switch (outcome)
        {
            case AbandonOutcome.Drained:
                fixture.Answer();
                fixture.Body.Give(1, 2, 3);
                fixture.Body.End();
                break;
            case AbandonOutcome.DrainTimeout:
                fixture.Clock.Advance(DrainTimeout);
                break;
            case AbandonOutcome.DrainSize:
                fixture.Answer();
                fixture.Body.Give(new byte[MaxDrainSize + 1]);
                break;
            case AbandonOutcome.Failed when phase == AbandonPhase.ReadingBody:
                fixture.Body.Fail(new HttpIOException(HttpRequestError.ResponseEnded));
                break;
            case AbandonOutcome.Failed:
                fixture.Fail(new HttpRequestException(HttpRequestError.ConnectionError));
                break;
        }

        await fixture.EndAsync();
    }

    public static async Task RunAsync(MessageLayerFixture fixture, AbandonPhase phase, AbandonOutcome outcome)
    {
        await AbandonAsync(fixture, phase);
        if (IsDrained(outcome))
        {
            await fixture.Clock.WaitForTimerAsync(DrainTimeout);
        }

        await EndAsync(fixture, phase, outcome);
    }
}
