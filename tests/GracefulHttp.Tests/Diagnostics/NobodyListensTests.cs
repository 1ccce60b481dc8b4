using System.Diagnostics;
using System.Net;
using GracefulHttp.Abandonment;
using GracefulHttp.Connections;
using GracefulHttp.Diagnostics;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;

namespace GracefulHttp.Tests.Diagnostics;

/// <summary>What nobody listens to allocates nothing. Bytes of this thread are exact.</summary>
[Collection(nameof(Alone))]
public sealed class NobodyListensTests : IDisposable
{
    private const int Times = 1000;

    private readonly TestMeterFactory _meters = new();
    private readonly HttpRequestMessage _message = new(HttpMethod.Get, "https://test/");

    [Fact]
    public void Report_NobodyListens_AllocatesNothing() => Allocated(NewReport()).ShouldBe(0);

    [Fact]
    public void Report_SomebodyListens_Allocates()
    {
        // That the bytes would be seen.
        using var metrics = new MeterRecorder(GracefulHttpTelemetry.Name, _meters);

        Allocated(NewReport()).ShouldBeGreaterThan(0);
        metrics.Sum(GracefulHttpTelemetry.RequestsAbandoned).ShouldBe(2 * (Times + 1));
    }

    [Fact]
    public void ConnectionMetrics_NobodyListens_AllocatesNothing()
    {
        var metrics = new ConnectionMetrics(_meters);
        var server = new DnsEndPoint("test", 443);

        Allocated(() =>
        {
            metrics.Began();
            metrics.Closed(CloseOutcome.LingerSize, server);
        }).ShouldBe(0);
    }

    [Fact]
    public void NewScope_NobodyListensInsideAnActivity_IsThePlainScope()
    {
        using Activity caller = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();

        Traces.NewScope(_message).ShouldBeOfType<RequestScope>();
        Allocated(() => GC.KeepAlive(Traces.NewScope(_message))).ShouldBe(Allocated(() => GC.KeepAlive(new RequestScope(_message))));
    }

    [Fact]
    public void NewScope_SomebodyListensInsideAnActivity_KnowsIt()
    {
        using var activities = new ActivityRecorder(GracefulHttpTelemetry.Name);

        Traces.NewScope(_message).ShouldBeOfType<TracedRequestScope>().Links.ShouldHaveSingleItem().Context.ShouldBe(activities.Caller.Context);
    }

    [Fact]
    public void NewScope_SomebodyListensOutsideOfAnyActivity_IsThePlainScope()
    {
        using var activities = new ActivityRecorder(GracefulHttpTelemetry.Name);
        Activity.Current = null;

        Traces.NewScope(_message).ShouldBeOfType<RequestScope>();
    }

    [Fact]
    public void Attach_NobodyListensToTheDuration_LeavesTheMessageAlone()
    {
        RequestDurationTag.Begin();

        RequestDurationTag.Attach(_message);

        _message.Options.ShouldBeEmpty();
    }

    public void Dispose()
    {
        _message.Dispose();
        _meters.Dispose();
    }

    private Action NewReport()
    {
        var stub = new StubHandler(_ => new HttpResponseMessage());
        var client = new ClientState(new GracefulHttpOptions(), NullLogger.Instance);
        var inner = InnerHandler.Prepare(stub, client, NullLogger.Instance, _meters, TimeProvider.System);
        var drainer = new Drainer(client, inner, NullLogger.Instance, TimeProvider.System);
        var report = new AbandonReport(new GracefulRequest(drainer, _message), body: null);
        var failure = new HttpRequestException();
        return () =>
        {
            report.DrainBegan();
            report.DrainEnded();
            report.Ended(AbandonOutcome.Drained, 3, HttpVersion.Version20, null);
            report.Ended(AbandonOutcome.Failed, 3, HttpVersion.Version20, failure);
        };
    }

    private static long Allocated(Action action)
    {
        // What is made once is not counted.
        action();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Times; i++)
        {
            action();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
