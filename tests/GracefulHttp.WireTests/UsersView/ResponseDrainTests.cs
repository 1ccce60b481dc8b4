using GracefulHttp.TestKit;

namespace GracefulHttp.WireTests.UsersView;

/// <summary>
/// The runtime's own drain: a response that is disposed unread, with little of it left, gives its connection back
/// (<see cref="SocketsHttpHandler.ResponseDrainTimeout"/>).
/// </summary>
public sealed class ResponseDrainTests : WireTest
{
    public static MatrixTheoryData<Scheme, ClientMake> SchemesAndMakes => new(Enum.GetValues<Scheme>(), Enum.GetValues<ClientMake>());

    [Theory]
    [MemberData(nameof(SchemesAndMakes))]
    public async Task Response_DisposedUnread_GivesItsConnectionBack(Scheme scheme, ClientMake make)
    {
        Serve(scheme, Phase.ContentLengthBody.HeldScript(Held));
        SocketsHttpHandler sockets = NewSocketsHandler();

        // The default of 2 s would measure the machine.
        sockets.ResponseDrainTimeout = Deadline.Default;
        WireClient client = Connect(make.NewHandler(sockets));

        HttpResponseMessage response = await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead);
        await Held.ArrivedAsync();
        response.Dispose();
        Server.StopListening();
        Held.Release();

        (await client.Http.GetStringAsync("/next").WithinAsync()).ShouldBe("ok");
        await ShouldBeUntouchedAsync();
    }

    /// <summary>The opposite: without that drain the connection ends, and how is then ours to say.</summary>
    [Theory]
    [InlineData(Scheme.Http)]
    [InlineData(Scheme.HttpsTls12)]
    [InlineData(Scheme.HttpsTls13)]
    public async Task ResponseDrainTimeout_Zero_EndsTheConnectionInPeace(Scheme scheme)
    {
        Serve(scheme, Phase.ContentLengthBody.HeldScript(Held));
        WireClient client = Connect(NewSocketsHandlerWithoutDrain().UseGracefulClose());

        HttpResponseMessage response = await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead);
        await Held.ArrivedAsync();
        response.Dispose();

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
    }
}
