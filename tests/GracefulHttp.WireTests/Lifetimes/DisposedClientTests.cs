using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Time;

namespace GracefulHttp.WireTests.Lifetimes;

/// <summary>
/// A client that is disposed while requests are drained: the drains go on to their end, or to their own deadline, and then
/// their connections end in peace.
/// </summary>
public sealed class DisposedClientTests : WireTest
{
    private static readonly GracefulHttpOptions Options = new() { DrainTimeout = TimeSpan.FromSeconds(7) };

    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task Dispose_ServerAnswersInTime_DrainEndsAndItsConnectionIsClosed(Scheme scheme, Phase phase)
    {
        Serve(scheme, phase.HeldScript(Held));
        WireClient client = Connect(new GracefulHttpOptions { DrainTimeout = TimeSpan.FromHours(1) });
        await client.AbandonAsync(Held, phase);

        client.Http.Dispose();
        await ShouldBeUntouchedAsync();
        Task idle = client.Graceful!.WaitForIdleAsync();
        idle.IsCompleted.ShouldBeFalse();
        Held.Release();

        await idle.WithinAsync();
        (await Server.Connections[0].Ended.WithinAsync()).ShouldBe(scheme.PeacefulEnding());
        await Recorder.SettleAsync();
        Recorder.ResetsFromClient.ShouldBe(0);
        Server.WriteFaults.ShouldBe(0);
        ShouldHaveEndedAs("drained");
    }

    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task Dispose_ServerDoesNotAnswer_DrainEndsByItsDeadlineAndInPeace(Scheme scheme, Phase phase)
    {
        Serve(scheme, phase.HeldScript(Held));
        var clock = new FakeTimeProvider();
        WireClient client = Connect(Options, clock);
        await client.AbandonAsync(Held, phase);

        client.Http.Dispose();
        await clock.WaitForTimerAsync(Options.DrainTimeout);
        clock.Advance(Options.DrainTimeout - TimeSpan.FromTicks(1));
        await ShouldBeUntouchedAsync();
        clock.Advance(TimeSpan.FromTicks(1));

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
        ShouldHaveEndedAs("drain_timeout");
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Dispose_PlainClient_ResetsWhatIsInFlight(Scheme scheme)
    {
        Serve(scheme, Phase.ContentLengthBody.HeldScript(Held));
        WireClient client = Connect(NewSocketsHandlerWithoutDrain());
        Task<string> call = client.Http.GetStringAsync("/held");
        await Held.ArrivedAsync();
        await Recorder.SettleAsync();

        client.Http.Dispose();
        await Assert.ThrowsAnyAsync<Exception>(() => call.WithinAsync());
        await Recorder.WaitForAsync(recorder => recorder.FinsFromClient + recorder.ResetsFromClient > 0);
        Held.Release();

        await Recorder.WaitForAsync(recorder => recorder.ConnectionsResetByClient == 1);
    }

    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task Dispose_BeforeItsCallerLeaves_EndsInPeaceWhenTheCallerLeaves(Scheme scheme, Phase phase)
    {
        Serve(scheme, phase.HeldScript(Held));
        var handler = new GracefulHttpHandler(new GracefulHttpOptions { Strategy = AbandonStrategy.Close }, NewSocketsHandler()) { LoggerFactory = Logs };
        WireClient client = Connect(handler);

        await client.AbandonAsync(
            Held,
            async (http, token) =>
            {
                // Disposing the handler, unlike the client, cancels nothing.
                Task call = ClientCall.ReadAsync.RunAsync(http, "/held", token);
                await Held.ArrivedAsync();
                handler.Dispose();
                await call;
            },
            begun: Task.CompletedTask);

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
    }

    private void ShouldHaveEndedAs(string outcome) =>
        Logs.Records.Where(record => record.Id.Name == "RequestEnded").ShouldHaveSingleItem().Values["Outcome"].ShouldBe(outcome);
}
