using System.Diagnostics;
using System.Runtime.CompilerServices;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.WireTests.Carriers;

namespace GracefulHttp.WireTests.Telemetry;

/// <summary>A link is not a reference: the caller's activity is free when the drain has ended, however long its connection idles.</summary>
public sealed class CollectedActivityTests : CarrierTest
{
    private const int Rounds = 20;

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task Drain_Ended_CallersActivityIsFree(Carrier carrier)
    {
        using var activities = new ActivityRecorder(GracefulHttpTelemetry.Name);
        await ServeHeldAsync(carrier);
        WireClient client = Connect();
        await client.Http.GetStringAsync("/next").WithinAsync();

        WeakReference activity = await LeaveAsync(client);
        Held.Release();
        await client.WaitForIdleAsync();

        for (int i = 0; i < Rounds && activity.IsAlive; i++)
        {
            await Recorder.SettleAsync();
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        activity.IsAlive.ShouldBeFalse();
        Recorder.FinsFromClient.ShouldBe(0);
    }

    /// <summary>The activity lives in here only.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<WeakReference> LeaveAsync(WireClient client)
    {
        using Activity activity = new Activity("request").Start();
        await AbandonAsync(client, Held, NewRequest("/held"));
        activity.Stop();
        return new WeakReference(activity);
    }
}
