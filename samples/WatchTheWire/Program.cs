using GracefulHttp;
using GracefulHttp.TestKit.Wire;
using Samples;
using WatchTheWire;

// EX_NOPERM of sysexits.h.
const int NoPermission = 77;

if (!SegmentRecorder.IsAvailable(out string whyNot))
{
    Console.Error.WriteLine($"Cannot watch the wire: {whyNot}.");
    return NoPermission;
}

await WatchAsync(AbandonStrategy.Abort, "what HttpClient does on its own");
await WatchAsync(AbandonStrategy.Close, "FIN, and the late answer is read and thrown away");
await WatchAsync(AbandonStrategy.Drain, "nothing is seen, and the next call has the connection");
return 0;

// One call whose caller leaves before the answer, then one whose caller stays.
static async Task WatchAsync(AbandonStrategy strategy, string what)
{
    using var server = new SlowServer(TimeSpan.FromMilliseconds(500));
    await using SegmentRecorder wire = SegmentRecorder.Start(RecordingDetail.EverySegment, server.Address.Port);
    var handler = new GracefulHttpHandler(new GracefulHttpOptions { Strategy = strategy });
    using (var client = new HttpClient(handler))
    {
        using var caller = new CancellationTokenSource();
        Task<string> call = client.GetStringAsync(server.Address, caller.Token);
        await wire.WaitForAsync(seen => seen.Segments.Any(segment => segment.FromClient && segment.PayloadLength > 0));
        await caller.CancelAsync();
        await call.ContinueWith(static _ => { }, TaskScheduler.Default);

        await wire.WaitForAsync(seen => seen.Segments.Any(segment => !segment.FromClient && segment.PayloadLength > 0));
        await handler.WaitForIdleAsync();
        await client.GetStringAsync(server.Address);
    }

    await handler.WaitForIdleAsync();
    await server.WhenEveryoneHasLeftAsync();
    await wire.SettleAsync();

    Console.WriteLine($"{strategy}: {what}");
    foreach (string line in FirewallLog.Lines(wire.Segments))
    {
        Console.WriteLine($"  {line}");
    }

    Console.WriteLine($"  RST: {wire.ResetsFromClient}, connections: {wire.ConnectionsOpened}\n");
}
