using GracefulHttp.TestKit;

namespace GracefulHttp.WireTests.UsersView;

/// <summary>A synchronous <see cref="HttpClient.Send(HttpRequestMessage)"/> blocks its thread, and leaves as soon as its token fires.</summary>
public sealed class SynchronousSendTests : WireTest
{
    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Token_Fires_EndsAtOnceAsThePlainClientDoes(Scheme scheme)
    {
        var held = new Queue<SyncPoint>([new(), new(), Held]);
        Serve(scheme, exchange => Phase.Headers.HeldScript(held.Peek())(exchange));

        // What is below it tells at which point of its read the plain client's thread was, and differs from run to run.
        (await ClientMakes.ShouldAgreeAsync(async make =>
        {
            WireClient client = Connect(make.NewHandler(NewSocketsHandlerWithoutDrain()));
            OperationCanceledException e = await client.AbandonAsync(held.Peek(), SendAsync, Task.CompletedTask);
            held.Dequeue().Release();
            return $"{e.GetType()} {e.Message} ({e.InnerException?.GetType()})";
        })).ShouldStartWith(typeof(TaskCanceledException).FullName!);
    }

    [Theory]
    [InlineData(Scheme.Http, ClientMake.UseGracefulClose)]
    [InlineData(Scheme.Http, ClientMake.GracefulHttpHandler)]
    [InlineData(Scheme.HttpsTls12, ClientMake.UseGracefulClose)]
    [InlineData(Scheme.HttpsTls12, ClientMake.GracefulHttpHandler)]
    [InlineData(Scheme.HttpsTls13, ClientMake.UseGracefulClose)]
    [InlineData(Scheme.HttpsTls13, ClientMake.GracefulHttpHandler)]
    public async Task Token_Fires_ConnectionEndsInPeace(Scheme scheme, ClientMake make)
    {
        Serve(scheme, Phase.Headers.HeldScript(Held));
        WireClient client = Connect(make.NewHandler(NewSocketsHandlerWithoutDrain()));

        await client.AbandonAsync(Held, SendAsync, Task.CompletedTask);

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Token_FiresOfThePlainClient_SendsReset(Scheme scheme)
    {
        Serve(scheme, Phase.Headers.HeldScript(Held));
        WireClient client = Connect(NewSocketsHandlerWithoutDrain());

        await client.AbandonAsync(Held, SendAsync, Task.CompletedTask);
        await Recorder.WaitForAsync(recorder => recorder.FinsFromClient + recorder.ResetsFromClient > 0);
        Held.Release();

        await Recorder.WaitForAsync(recorder => recorder.ConnectionsResetByClient == 1);
    }

    /// <summary>A thread of its own, which is blocked until the call ends.</summary>
    private static Task SendAsync(HttpClient client, CancellationToken cancellationToken) => Task.Factory.StartNew(
        () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/held");
            using HttpResponseMessage response = client.Send(request, cancellationToken);
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);
}
