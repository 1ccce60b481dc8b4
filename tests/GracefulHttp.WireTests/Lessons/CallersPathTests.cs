using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Time;

namespace GracefulHttp.WireTests.Lessons;

/// <summary>
/// Apache HttpCore closed TLS gracefully on its caller's path, which waited for the peer's close_notify: a caller's timeout took
/// twice its time (apache/httpcomponents-core #508). Here the server never answers and time stands still, so whoever waited on
/// the caller's path, for either, would never come back.
/// </summary>
public sealed class CallersPathTests : WireTest
{
    public static MatrixTheoryData<Scheme, AbandonStrategy> SchemesAndGracefulStrategies =>
        new(Enum.GetValues<Scheme>(), [AbandonStrategy.Drain, AbandonStrategy.Close]);

    [Theory]
    [MemberData(nameof(SchemesAndGracefulStrategies))]
    public async Task Cancel_PeerIsSilent_ReturnsAtOnce(Scheme scheme, AbandonStrategy strategy)
    {
        WireClient client = ServeAndConnect(scheme, strategy, Phase.Headers);
        using var caller = new CancellationTokenSource();
        Task call = client.Http.GetAsync("/held", caller.Token);
        await Held.ArrivedAsync();

        await RunBlockedAsync(caller.Cancel);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithinAsync());
        Held.IsReleased.ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(SchemesAndGracefulStrategies))]
    public async Task Timeout_PeerIsSilent_IsTheCallersAndNoLonger(Scheme scheme, AbandonStrategy strategy)
    {
        WireClient client = ServeAndConnect(scheme, strategy, Phase.ContentLengthBody);
        using var hurried = new HttpClient(client.Graceful!, disposeHandler: false)
        {
            BaseAddress = Server.BaseAddress,
            Timeout = TimeSpan.FromMilliseconds(50),
        };

        // So that its time is not spent on connecting.
        (await client.Http.GetStringAsync("/next").WithinAsync()).ShouldBe("ok");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hurried.GetAsync("/held").WithinAsync());

        Held.IsReleased.ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(SchemesAndGracefulStrategies))]
    public async Task Dispose_PeerIsSilent_ReturnsAtOnce(Scheme scheme, AbandonStrategy strategy)
    {
        WireClient client = ServeAndConnect(scheme, strategy, Phase.ContentLengthBody);
        HttpResponseMessage response = await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead).WithinAsync();
        await Held.ArrivedAsync();

        await RunBlockedAsync(response.Dispose);

        Held.IsReleased.ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(SchemesAndGracefulStrategies))]
    public async Task DisposeOfTheClient_PeerIsSilent_ReturnsAtOnce(Scheme scheme, AbandonStrategy strategy)
    {
        WireClient client = ServeAndConnect(scheme, strategy, Phase.ContentLengthBody);
        using HttpResponseMessage response = await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead).WithinAsync();
        await Held.ArrivedAsync();

        await RunBlockedAsync(client.Http.Dispose);

        Held.IsReleased.ShouldBeFalse();
    }

    private WireClient ServeAndConnect(Scheme scheme, AbandonStrategy strategy, Phase phase)
    {
        Serve(scheme, phase.HeldScript(Held));
        return Connect(new GracefulHttpOptions { Strategy = strategy }, new FakeTimeProvider());
    }

    /// <summary>On a thread of its own, whose end has a deadline.</summary>
    private static Task RunBlockedAsync(Action action) => Task.Factory.StartNew(
        action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).WithinAsync();
}
