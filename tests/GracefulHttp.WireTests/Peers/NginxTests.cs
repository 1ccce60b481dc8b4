using GracefulHttp.TestKit.Peers;

namespace GracefulHttp.WireTests.Peers;

/// <summary>nginx ends connections in all the ways in which a server may, and the client ends its own: no RST, from neither side.</summary>
public sealed class NginxTests : PeerTest
{
    private const int Connections = 20;

    // Longer than any test takes.
    private const int KeepAlive = 60;

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Nginx_ClosesIdleConnections_NobodyResets(Scheme scheme)
    {
        await ServeAsync(scheme, keepAliveSeconds: 1);

        // A quarter of it is how often the pool looks for connections that the server has closed.
        await OpenAsync(ConnectGraceful(handler => handler.PooledConnectionIdleTimeout = TimeSpan.FromSeconds(8)));
        await Recorder.WaitForAsync(recorder => recorder.FinsFromServer == Connections);

        await ShouldEndWithoutResetAsync();
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Client_DisposedWithIdleConnections_NobodyResets(Scheme scheme)
    {
        await ServeAsync(scheme, KeepAlive);
        HttpClient client = ConnectGraceful();
        await OpenAsync(client);

        client.Dispose();

        await ShouldEndWithoutResetAsync();
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Nginx_ClosesAfterTheResponse_NobodyResets(Scheme scheme)
    {
        await ServeAsync(scheme, keepAliveSeconds: 0);

        await OpenAsync(ConnectGraceful());

        await ShouldEndWithoutResetAsync();
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Response_DisposedInTheMiddleOfItsBody_NobodyResets(Scheme scheme)
    {
        await ServeAsync(scheme, KeepAlive);

        await LeaveInTheMiddleAsync(ConnectGraceful());

        await ShouldEndWithoutResetAsync(1);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task PlainClient_ResponseDisposedInTheMiddleOfItsBody_Resets(Scheme scheme)
    {
        await ServeAsync(scheme, KeepAlive);

        await LeaveInTheMiddleAsync(ConnectPlain());

        await Recorder.WaitForAsync(recorder => recorder.ConnectionsResetByClient == 1);
    }

    private async Task ServeAsync(Scheme scheme, int keepAliveSeconds)
    {
        Assert.SkipUnless(NginxPeer.IsAvailable(out string whyNot), whyNot);
        NginxPeer nginx = await NginxPeer.StartAsync(scheme.Tls(), keepAliveSeconds);
        Observe(nginx, nginx.BaseAddress);
    }

    /// <summary>As many connections, all used once: none is free before each has its response.</summary>
    private static async Task OpenAsync(HttpClient client)
    {
        var responses = new List<HttpResponseMessage>();
        for (int i = 0; i < Connections; i++)
        {
            responses.Add(await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead));
        }

        foreach (HttpResponseMessage response in responses)
        {
            (await response.Content.ReadAsStringAsync()).ShouldBe("ok");
            response.Dispose();
        }
    }

    private static async Task LeaveInTheMiddleAsync(HttpClient client)
    {
        using HttpResponseMessage response = await client.GetAsync("/large", HttpCompletionOption.ResponseHeadersRead);
        await using Stream body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[1]);
    }

    private async Task ShouldEndWithoutResetAsync(int connections = Connections)
    {
        await ConnectionsEndedAsync(connections);
        await Recorder.WaitForAsync(recorder => recorder.FinsFromServer == connections && recorder.FinsFromClient == connections);
        await Recorder.SettleAsync();
        Recorder.ConnectionsOpened.ShouldBe(connections);
        Recorder.ResetsFromClient.ShouldBe(0, Recorder.ToString());
        Recorder.ResetsFromServer.ShouldBe(0, Recorder.ToString());
    }
}
