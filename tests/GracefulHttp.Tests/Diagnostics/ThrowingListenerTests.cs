using System.Diagnostics.Metrics;
using GracefulHttp.Abandonment;
using GracefulHttp.Tests.Abandonment;

namespace GracefulHttp.Tests.Diagnostics;

/// <summary>A listener that throws concerns no request: it is reported, and the request ends as it would.</summary>
public sealed class ThrowingListenerTests
{
    [Theory]
    [InlineData(GracefulHttpTelemetry.RequestsAbandoned)]
    [InlineData(GracefulHttpTelemetry.DrainsActive)]
    [InlineData(GracefulHttpTelemetry.DrainDuration)]
    public async Task Listener_Throws_IsReportedAndTheRequestIsDrained(string name)
    {
        using MessageLayerFixture fixture = AbandonedRequests.NewFixture(AbandonOutcome.Drained);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == name && ReferenceEquals(instrument.Meter.Scope, fixture.Meters))
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => throw new InvalidOperationException("listener"));
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => throw new InvalidOperationException("listener"));
        listener.Start();

        await AbandonedRequests.RunAsync(fixture, AbandonPhase.WaitingForHeaders, AbandonOutcome.Drained);

        fixture.Outcomes.ShouldBe(["drained"]);
        fixture.Logs.Records.ShouldContain(r => r.Id.Name == "BackgroundWorkFailed" && r.Exception!.Message == "listener");
    }
}
