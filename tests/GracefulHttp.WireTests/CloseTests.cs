namespace GracefulHttp.WireTests;

/// <summary>Close: the server is told at once, by close_notify and FIN, and its late answer draws no RST.</summary>
public sealed class CloseTests : WireTest
{
    [Theory]
    [MemberData(nameof(Cells.All), MemberType = typeof(Cells))]
    public async Task Close_CallerLeaves_SendsFinAtOnceAndNoReset(Scheme scheme, Phase phase, ClientCall call)
    {
        Serve(scheme, phase.HeldScript(Held));
        WireClient client = Connect(AbandonStrategy.Close);

        await client.AbandonAsync(Held, phase, call);

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
    }

    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task Close_LateAnswerOfManySegments_SendsNoReset(Scheme scheme, Phase phase)
    {
        Serve(scheme, phase.HeldScript(Held, rest: 1024 * 1024));
        WireClient client = Connect(AbandonStrategy.Close);

        await client.AbandonAsync(Held, phase);

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
    }

    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task Close_NextRequest_GoesOverAnotherConnectionWhileTheFirstLingers(Scheme scheme, Phase phase)
    {
        Serve(scheme, phase.HeldScript(Held));
        WireClient client = Connect(AbandonStrategy.Close);

        await client.AbandonAsync(Held, phase);

        (await client.Http.GetStringAsync("/next")).ShouldBe("ok");
        Held.IsReleased.ShouldBeFalse();
        Server.Connections.Count.ShouldBe(2);
        await ShouldEndInPeaceAsync(client, scheme);
    }
}
