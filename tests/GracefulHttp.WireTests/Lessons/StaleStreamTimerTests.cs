using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Time;
using GracefulHttp.WireTests.Http2;

namespace GracefulHttp.WireTests.Lessons;

/// <summary>JDK-8304701 and golang/go #9496 again, over HTTP/2: the next stream on the same connection.</summary>
public sealed class StaleStreamTimerTests : Http2Test
{
    private readonly FakeTimeProvider _clock = new();

    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task DrainTimeoutAndToken_GoOffAfterTheDrain_DoNotHitTheNextStream(Scheme scheme, Phase phase)
    {
        WireClient client = await StartAsync(scheme, new GracefulHttpOptions { DrainTimeout = TimeSpan.FromSeconds(5) }, HeldIn(phase), _clock);
        await client.AbandonAsync(Held, phase);
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(5));
        Held.Release();
        await client.WaitForIdleAsync();

        var second = new SyncPoint();
        Expect(second);
        Task<byte[]> next = client.Http.GetByteArrayAsync("/held");
        await second.ArrivedAsync();
        _clock.Advance(TimeSpan.FromHours(1));
        await ShouldHaveResetAsync(0);
        second.Release();

        (await next.WithinAsync()).ShouldAllBe(static one => one == 'x');
        await ShouldHaveResetAsync(0);
        Completed.ShouldBe(2);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Token_FiresAfterTheEnd_DoesNotHitTheNextStream(Scheme scheme)
    {
        WireClient client = await StartAsync(scheme, new GracefulHttpOptions(), HeldIn(Phase.ChunkedBody));
        using var first = new CancellationTokenSource();
        Held.Release();
        await client.Http.GetStringAsync("/held", first.Token).WithinAsync();

        var second = new SyncPoint();
        Expect(second);
        Task<string> next = client.Http.GetStringAsync("/held");
        await second.ArrivedAsync();
        await first.CancelAsync();
        await ShouldHaveResetAsync(0);
        second.Release();

        (await next.WithinAsync()).Length.ShouldBe(20);
        Completed.ShouldBe(2);
    }
}
