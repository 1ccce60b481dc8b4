using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.WireTests.Carriers;

internal sealed class FinBlindCarrierExchange(FinBlindExchange exchange) : CarrierExchange
{
    public override string Method => exchange.Request.Method;

    public override string Path => exchange.Request.Target;

    public override string? Header(string name) => exchange.Request.Headers.GetValueOrDefault(name);

    public override async Task AnswerAsync(int status, params string[] headers)
    {
        await exchange.WriteHeadAsync(BodyFraming.ContentLength, 2, $"{status} Status", headers);
        await exchange.WriteBodyAsync("ok"u8.ToArray());
    }

    public override Task AnswerStalledAsync(SyncPoint held) => FinBlindScripts.StalledBody(held, BodyFraming.ContentLength)(exchange);

    public override Task RefuseAsync()
    {
        exchange.CloseAfterwards();
        return Task.CompletedTask;
    }
}
