using System.Net;
using System.Text.Json;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.RealServers.Client;

/// <summary>The part that runs on the client's host: all phases and strategies against the endpoints of one server.</summary>
internal static class ClientHost
{
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);

    /// <summary>Prints one row per line.</summary>
    /// <param name="server">Its name.</param>
    /// <param name="address">Its host.</param>
    /// <param name="certificate">The hash of the certificate that it must present.</param>
    /// <param name="endpoints">What it serves.</param>
    public static async Task RunAsync(string server, Uri address, string certificate, IReadOnlyList<Endpoint> endpoints)
    {
        foreach (Endpoint endpoint in endpoints)
        {
            foreach (Phase phase in Enum.GetValues<Phase>())
            {
                foreach (Strategy strategy in Enum.GetValues<Strategy>())
                {
                    Row row = await MeasureAsync(server, address, certificate, endpoint, phase, strategy);
                    Console.WriteLine(JsonSerializer.Serialize(row));
                }
            }
        }
    }

    private static async Task<Row> MeasureAsync(string server, Uri address, string certificate, Endpoint endpoint, Phase phase, Strategy strategy)
    {
        KernelTcpCounters before = KernelTcpCounters.Read();
        long arrivedBefore = ArrivingResets.Read();
        int abandoned = await CallAsync(address, certificate, endpoint, phase, strategy);

        // What a plain client leaves behind is the kernel's, which answers the server's late answer with RST.
        DateTimeOffset deadline = TimeProvider.System.GetUtcNow() + EndTimeout;
        while (KernelSocketTable.OpenSockets(endpoint.Port) > 0 && TimeProvider.System.GetUtcNow() < deadline)
        {
            await Task.Delay(Glance, TimeProvider.System);
        }

        KernelTcpCounters counted = KernelTcpCounters.Read() - before;
        return new Row(
            server, endpoint.Name, phase, strategy, abandoned, counted.ResetsSent, ArrivingResets.Read() - arrivedBefore, counted.ConnectionsOpened);
    }

    private static async Task<int> CallAsync(Uri address, string certificate, Endpoint endpoint, Phase phase, Strategy strategy)
    {
        // Its own draining of a response that is disposed early is not what is compared here.
        var sockets = new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero };
        sockets.SslOptions.RemoteCertificateValidationCallback = (_, presented, _, _) => presented?.GetCertHashString() == certificate;
        GracefulHttpHandler? graceful = strategy == Strategy.Plain ? null : new GracefulHttpHandler(
            new GracefulHttpOptions { Strategy = strategy == Strategy.Drain ? AbandonStrategy.Drain : AbandonStrategy.Close }, sockets);
        int abandoned = 0;
        using (var client = new HttpClient((HttpMessageHandler?)graceful ?? sockets)
        {
            BaseAddress = new UriBuilder(address) { Scheme = endpoint.Scheme, Port = endpoint.Port }.Uri,
            DefaultRequestVersion = endpoint.IsHttp2 ? HttpVersion.Version20 : HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        })
        {
            using var sent = new SentRequests();
            var calls = new AbandonedCalls(client, endpoint, sent);
            for (int i = 0; i < endpoint.Calls; i += endpoint.AtOnce)
            {
                await calls.ServeAsync();
                abandoned += await calls.LeaveAsync(phase);
                await (graceful?.WaitForIdleAsync() ?? Task.CompletedTask);
                await calls.ServeAsync();
            }
        }

        await (graceful?.WaitForIdleAsync() ?? Task.CompletedTask);
        return abandoned;
    }
}
