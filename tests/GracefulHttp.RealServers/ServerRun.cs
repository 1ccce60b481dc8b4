using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using GracefulHttp.RealServers.Client;
using GracefulHttp.RealServers.Servers;
using GracefulHttp.TestKit.Networks;
using GracefulHttp.TestKit.Peers;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.RealServers;

/// <summary>One server on its host, and a client on another.</summary>
internal static class ServerRun
{
    /// <summary>What this program is started with on the client's host.</summary>
    public const string ClientVerb = "client";

    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    public static async Task<IReadOnlyList<Row>> RunAsync(RealServer server)
    {
        using var files = new CertificateFiles();
        using var hosts = new TwoHosts();
        ArrivingResets.StartOn(hosts.Client);
        await using FinBlindServer? backend = server.NeedsBackend ? hosts.Server.Run(Backend.Start) : null;
        await using ToolProcess process = hosts.Server.Run(() => server.Start(files, backend?.Port ?? 0));
        IReadOnlyList<Endpoint> endpoints = server.Endpoints(process);
        foreach (Endpoint endpoint in endpoints)
        {
            await ListensAsync(hosts, endpoint.Port, process);
        }

        using Process client = hosts.Client.StartThisProgram(
            isRead: true,
            ClientVerb,
            server.Name,
            $"http://{TwoHosts.ServerAddress}",
            TestCertificate.Instance.GetCertHashString(),
            JsonSerializer.Serialize(endpoints));
        string output = await client.StandardOutput.ReadToEndAsync();
        await client.WaitForExitAsync();
        return client.ExitCode == 0
            ? [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<Row>(line)!)]
            : throw new InvalidOperationException($"The client of {server.Name} has failed. {process}");
    }

    private static async Task ListensAsync(TwoHosts hosts, int port, ToolProcess process)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                using Socket probe = hosts.Client.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
                await probe.ConnectAsync(TwoHosts.ServerAddress, port);
                return;
            }
            catch (SocketException e)
            {
                if (TimeProvider.System.GetElapsedTime(start) > StartTimeout)
                {
                    throw new InvalidOperationException($"Nothing listens at port {port}. {process}", e);
                }
            }

            await Task.Delay(Glance, TimeProvider.System);
        }
    }
}
