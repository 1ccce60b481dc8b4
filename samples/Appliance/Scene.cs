using System.Diagnostics;
using System.Globalization;
using GracefulHttp.TestKit.Networks;
using GracefulHttp.TestKit.Servers;

namespace Appliance;

/// <summary>One client on a host of its own, and behind a firewall a server that answers late.</summary>
internal static class Scene
{
    private static readonly TimeSpan Slowness = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200);

    public static async Task<bool> PlayAsync(ClientMake make)
    {
        using var hosts = new TwoHosts();
        var firewall = new ResetCountingFirewall(hosts.Server);
        await using FinBlindServer server = hosts.Server.Run(() => FinBlindServer.Start(
            FinBlindScripts.ByTarget(("/slow", AnswerLateAsync)), address: TwoHosts.ServerAddress));

        var watch = Stopwatch.StartNew();
        using Process caller = hosts.Client.StartThisProgram(isRead: false, $"{make}", $"{server.BaseAddress}");
        Task ended = caller.WaitForExitAsync();
        bool isBlocked = false;
        do
        {
            await Task.WhenAny(ended, Task.Delay(Glance, TimeProvider.System));
            if (!isBlocked && firewall.Blocks(TwoHosts.ClientAddress))
            {
                isBlocked = true;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {watch.Elapsed.TotalSeconds,5:F1} s  the firewall blocks {TwoHosts.ClientAddress}"));
            }
        }
        while (!ended.IsCompleted);

        Console.WriteLine($"           {firewall.Resets} resets have reached the firewall{(isBlocked ? "" : ", and nobody was blocked")}");
        return caller.ExitCode == 0;
    }

    private static async Task AnswerLateAsync(FinBlindExchange exchange)
    {
        await Task.Delay(Slowness, TimeProvider.System);
        await exchange.RespondAsync();
    }
}
