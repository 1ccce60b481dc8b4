using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.RealServers.Servers;

/// <summary>What the proxies have behind them.</summary>
internal static class Backend
{
    public static FinBlindServer Start() => FinBlindServer.Start(FinBlindScripts.ByTarget((Targets.Late, LateAsync), (Targets.Half, HalfAsync)));

    private static async Task LateAsync(FinBlindExchange exchange)
    {
        await Task.Delay(Targets.Lateness, TimeProvider.System);
        await exchange.RespondAsync();
    }

    private static async Task HalfAsync(FinBlindExchange exchange)
    {
        await exchange.WriteHeadAsync(BodyFraming.ContentLength, 2 * Targets.Beginning);
        await exchange.WriteBodyAsync(new byte[Targets.Beginning]);
        await Task.Delay(Targets.Lateness, TimeProvider.System);
        await exchange.WriteBodyAsync(new byte[Targets.Beginning]);
    }
}
