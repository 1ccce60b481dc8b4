using System.Text;
using GracefulHttp.TestKit;
using GracefulHttp.WireTests.Carriers;

namespace GracefulHttp.WireTests.Ghosts;

/// <summary>
/// A header that acts, of an answer to nobody: it is read as an empty one, for over HTTP/2 the end of the request may come too late
/// to keep the runtime from it.
/// </summary>
public sealed class UnreadHeaderTests : CarrierTest
{
    [Theory]
    [InlineData(Carrier.Http, "Location")]
    [InlineData(Carrier.Http, "Set-Cookie")]
    [InlineData(Carrier.Http2, "Location")]
    [InlineData(Carrier.Http2, "Set-Cookie")]
    public async Task Drain_HeaderThatActs_IsReadAsEmpty(Carrier carrier, string header)
    {
        await ServeHeldAsync(carrier);
        SocketsHttpHandler sockets = NewSockets();
        WireClient client = Connect(sockets);
        using HttpRequestMessage request = NewRequest("/held");
        using var caller = new CancellationTokenSource();
        using var invoker = new HttpMessageInvoker(client.Graceful!, disposeHandler: false);
        Task sending = invoker.SendAsync(request, caller.Token);
        await Held.ArrivedAsync();
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WithinAsync());

        // As the runtime asks, when the header comes.
        Encoding? ofAnother = sockets.ResponseHeaderEncodingSelector!("X-Other", request);
        Encoding? encoding = sockets.ResponseHeaderEncodingSelector(header, request);

        ofAnother.ShouldBeNull();
        encoding.ShouldNotBeNull().GetString("/ghost"u8).ShouldBeEmpty();
        Held.Release();
        await client.WaitForIdleAsync();
        Outcomes.ShouldBe(["would_act"]);
    }

    [Fact]
    public async Task Waiting_HeaderThatActs_IsRead()
    {
        await ServeHeldAsync(Carrier.Http);
        SocketsHttpHandler sockets = NewSockets();
        WireClient client = Connect(sockets);
        using HttpRequestMessage request = NewRequest("/held");
        using var invoker = new HttpMessageInvoker(client.Graceful!, disposeHandler: false);
        Task<HttpResponseMessage> sending = invoker.SendAsync(request, CancellationToken.None);
        await Held.ArrivedAsync();

        sockets.ResponseHeaderEncodingSelector!("Set-Cookie", request).ShouldBeNull();

        Held.Release();
        (await sending.WithinAsync()).Dispose();
    }
}
