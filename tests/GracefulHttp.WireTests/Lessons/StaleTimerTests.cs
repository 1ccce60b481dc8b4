using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Time;

namespace GracefulHttp.WireTests.Lessons;

/// <summary>
/// In the JDK's client the timer of a request that was over, and in Go's transport its cancellation, hit the next request on the
/// same connection (JDK-8304701, golang/go #9496). Here the next one runs while all that belongs to the first goes off.
/// </summary>
public sealed class StaleTimerTests : WireTest
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);
    private readonly FakeTimeProvider _clock = new();
    private readonly SyncPoint _second = new();

    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task DrainTimeout_PassesAfterTheDrain_DoesNotHitTheNextRequest(Scheme scheme, Phase phase)
    {
        WireClient client = ServeTwo(scheme, phase);
        var options = new GracefulHttpOptions();
        await client.AbandonAsync(Held, phase);
        await _clock.WaitForTimerAsync(options.DrainTimeout);
        Held.Release();
        await client.WaitForIdleAsync();

        await RunNextAsync(client, () =>
        {
            _clock.Advance(Long);
            return Task.CompletedTask;
        });
    }

    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task Token_FiresAfterTheEnd_DoesNotHitTheNextRequest(Scheme scheme, Phase phase)
    {
        WireClient client = ServeTwo(scheme, phase);
        using var first = new CancellationTokenSource();
        Held.Release();
        await ClientCall.ReadAsync.RunAsync(client.Http, "/held", first.Token).WithinAsync();

        await RunNextAsync(client, () => first.CancelAsync());
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Token_FiresWhileTheNextIsRead_DoesNotHitIt(Scheme scheme)
    {
        WireClient client = ServeTwo(scheme, Phase.ChunkedBody);
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        Held.Release();
        await ClientCall.GetStringAsync.RunAsync(client.Http, "/held", first.Token).WithinAsync();

        using HttpResponseMessage response = await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead, second.Token);
        Task<string> reading = response.Content.ReadAsStringAsync(second.Token);
        await _second.ArrivedAsync();
        await first.CancelAsync();
        _clock.Advance(Long);
        await ShouldBeUntouchedAsync();
        _second.Release();

        (await reading.WithinAsync()).ShouldBe(new string('x', 20));
        await ShouldBeUntouchedAsync();
    }

    /// <summary>The first request's body was left to the drain by its response, which its caller disposes again, late.</summary>
    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Dispose_OnceMoreAfterTheDrain_DoesNotHitTheNextRequest(Scheme scheme)
    {
        WireClient client = ServeTwo(scheme, Phase.ContentLengthBody);
        using HttpResponseMessage first = await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead);
        Stream body = await first.Content.ReadAsStreamAsync();
        await Held.ArrivedAsync();
        first.Dispose();
        Held.Release();
        await client.WaitForIdleAsync();

        await RunNextAsync(client, async () =>
        {
            first.Dispose();
            await body.DisposeAsync();
            await Record.ExceptionAsync(() => body.ReadAsync(new byte[8]).AsTask());
        });
    }

    private WireClient ServeTwo(Scheme scheme, Phase phase)
    {
        var next = new Queue<SyncPoint>([Held, _second]);
        Serve(scheme, exchange => phase.HeldScript(next.Dequeue())(exchange));
        return Connect(new GracefulHttpOptions(), _clock);
    }

    private async Task RunNextAsync(WireClient client, Func<Task> goOff)
    {
        Task<byte[]> next = client.Http.GetByteArrayAsync("/held");
        await _second.ArrivedAsync();
        await goOff();
        await ShouldBeUntouchedAsync();
        next.IsCompleted.ShouldBeFalse();
        _second.Release();

        (await next.WithinAsync()).ShouldAllBe(static one => one == 'x');
        await client.WaitForIdleAsync();
        await ShouldBeUntouchedAsync();
        Server.RequestsReceived.ShouldBe(2);
    }
}
