using System.Diagnostics.Metrics;
using System.Net;
using GracefulHttp.TestKit;

namespace GracefulHttp.Tests.Retry;

/// <summary>What is counted, and what the budget refuses.</summary>
public sealed class MetricsTests
{
    [Fact]
    public async Task Attempts_AreCountedByNumberAndOutcome()
    {
        using var rig = new RetryRig();
        Task<HttpResponseMessage> call = rig.GetAsync();

        (await rig.AttemptAsync(0)).Answer(HttpStatusCode.ServiceUnavailable);
        (await rig.PassDelayAsync(0)).Answer();
        await call.WithinAsync();

        Attempts(rig, "failed", 0).ShouldBe(1);
        Attempts(rig, "answered", 1).ShouldBe(1);
        rig.Metrics.Sum(GracefulHttpTelemetry.RetryAttempts, ("server.address", "test"), ("server.port", 80)).ShouldBe(2);
        rig.Metrics.Sum(GracefulHttpTelemetry.RetriesRefused).ShouldBe(0);
    }

    [Fact]
    public async Task Attempts_Redirected_AreCountedWhereTheBudgetIs()
    {
        using var rig = new RetryRig(static options => (options.RetryRatio, options.MinRetriesPerSecond) = (0, 0));
        Task<HttpResponseMessage> call = rig.SendAsync(new HttpRequestMessage(HttpMethod.Delete, "http://test/"));
        ScriptedAttempt attempt = await rig.AttemptAsync(0);

        (attempt.Message.RequestUri, attempt.Message.Method) = (new Uri("http://other/"), HttpMethod.Get);
        attempt.Answer(HttpStatusCode.ServiceUnavailable);
        await call.WithinAsync();

        foreach (string instrument in (string[])[GracefulHttpTelemetry.RetryAttempts, GracefulHttpTelemetry.RetriesRefused])
        {
            rig.Metrics.Sum(instrument, ("server.address", "test"), ("http.request.method", "DELETE")).ShouldBe(1);
        }
    }

    [Fact]
    public async Task SendAsync_BudgetIsEmpty_TheFailureIsTheCallersAndCounted()
    {
        using var rig = new RetryRig(static options => (options.RetryRatio, options.MinRetriesPerSecond) = (0, 1));
        Task<HttpResponseMessage> first = rig.GetAsync();
        (await rig.AttemptAsync(0)).Answer(HttpStatusCode.ServiceUnavailable);
        await rig.DelayAsync(0);

        Task<HttpResponseMessage> second = rig.GetAsync();
        NotingResponse failure = (await rig.AttemptAsync(1)).Answer(HttpStatusCode.ServiceUnavailable);

        (await second.WithinAsync()).ShouldBeSameAs(failure);
        failure.Disposed.IsCompleted.ShouldBeFalse();
        rig.Metrics.Sum(GracefulHttpTelemetry.RetriesRefused, ("server.address", "test")).ShouldBe(1);
        first.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task SendAsync_BudgetOfOneOriginIsEmpty_AnotherHasItsOwn()
    {
        using var rig = new RetryRig(static options => (options.RetryRatio, options.MinRetriesPerSecond) = (1, 0));
        Task<HttpResponseMessage> first = rig.GetAsync();
        (await rig.AttemptAsync(0)).Answer(HttpStatusCode.ServiceUnavailable);
        (await rig.PassDelayAsync(0)).Answer(HttpStatusCode.ServiceUnavailable);
        (await first.WithinAsync()).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);

        Task<HttpResponseMessage> other = rig.SendAsync(new HttpRequestMessage(HttpMethod.Get, "http://other/"));
        (await rig.AttemptAsync(2)).Answer(HttpStatusCode.ServiceUnavailable, "1");
        await rig.Clock.WaitForTimerAsync(TimeSpan.FromSeconds(1));
        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        (await rig.AttemptAsync(3)).Answer();

        (await other.WithinAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Listener_Throws_IsReportedAndTheCallIsAnswered()
    {
        using var rig = new RetryRig();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == GracefulHttpTelemetry.RetryAttempts && ReferenceEquals(instrument.Meter.Scope, rig.Meters))
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>(static (_, _, _, _) => throw new InvalidOperationException("listener"));
        listener.Start();
        Task<HttpResponseMessage> call = rig.GetAsync();

        (await rig.AttemptAsync(0)).Answer();

        (await call.WithinAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);
        rig.Logs.Records.ShouldContain(record => record.Id.Name == "BackgroundWorkFailed" && record.Exception!.Message == "listener");
    }

    private static double Attempts(RetryRig rig, string outcome, int number) => rig.Metrics.Sum(
        GracefulHttpTelemetry.RetryAttempts, (GracefulHttpTelemetry.Outcome, outcome), ("http.request.resend_count", number));
}
