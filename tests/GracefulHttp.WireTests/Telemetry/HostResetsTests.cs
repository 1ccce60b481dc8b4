using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.WireTests.Telemetry;

/// <summary>The resets of the host, as the kernel counts them: whoever asks for them by their meter has them once.</summary>
public sealed class HostResetsTests : WireTest
{
    [Fact]
    public async Task HostResetsSent_ConnectionIsReset_IsTheKernelsCount()
    {
        using var host = new MeterRecorder(GracefulHttpTelemetry.HostMeterName);
        Serve(Scheme.Http, Phase.Headers.HeldScript(Held));
        WireClient client = Connect(new GracefulHttpOptions { Strategy = AbandonStrategy.Close, MaxLingeringConnections = 0 });
        long before = KernelTcpCounters.Read().ResetsSent;

        await client.AbandonAsync(Held, Phase.Headers);
        await Recorder.WaitForAsync(recorder => recorder.ConnectionsResetByClient == 1);

        // Others may be sending resets just now.
        long least = KernelTcpCounters.Read().ResetsSent;
        host.Observe();
        long most = KernelTcpCounters.Read().ResetsSent;
        least.ShouldBeGreaterThan(before);
        Measurement measured = host.Of(GracefulHttpTelemetry.HostResetsSent).ShouldHaveSingleItem();
        measured.Value.ShouldBeInRange(least, most);
        measured.Tags.ShouldBeEmpty();
    }

    [Fact]
    public void HostResetsSent_OfTheMeterOfAllElse_IsNotThere()
    {
        using var metrics = new MeterRecorder(GracefulHttpTelemetry.Name);
        using var sockets = new SocketsHttpHandler();
        sockets.UseGracefulClose();

        metrics.Instruments.Select(instrument => instrument.Name).ShouldContain(GracefulHttpTelemetry.ConnectionsClosed);
        metrics.Instruments.Select(instrument => instrument.Name).ShouldNotContain(GracefulHttpTelemetry.HostResetsSent);
    }
}
