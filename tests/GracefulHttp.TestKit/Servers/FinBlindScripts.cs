namespace GracefulHttp.TestKit.Servers;

/// <summary>The scripts that most tests need: where a request is when its caller leaves.</summary>
public static class FinBlindScripts
{
    /// <summary>Answers at once.</summary>
    public static Func<FinBlindExchange, Task> Respond(string body = "ok") => exchange => exchange.RespondAsync(body);

    /// <summary>Held before the status line; then the whole answer.</summary>
    public static Func<FinBlindExchange, Task> LateHeaders(SyncPoint held, string body = "late") => async exchange =>
    {
        ArgumentNullException.ThrowIfNull(held);
        await held.ArriveAsync();
        await exchange.RespondAsync(body);
    };

    /// <summary>Headers and the first bytes at once; held in the middle of the body; then the rest.</summary>
    public static Func<FinBlindExchange, Task> StalledBody(SyncPoint held, BodyFraming framing, int first = 10, int rest = 10) => async exchange =>
    {
        ArgumentNullException.ThrowIfNull(held);
        await exchange.WriteHeadAsync(framing, first + rest);
        await exchange.WriteBodyAsync(Filling(first));
        await held.ArriveAsync();
        await exchange.WriteBodyAsync(Filling(rest));
        await exchange.FinishAsync();
    };

    /// <summary>Chooses a script by the request's target; what is not named is answered at once.</summary>
    public static Func<FinBlindExchange, Task> ByTarget(params (string Target, Func<FinBlindExchange, Task> Script)[] scripts) => exchange =>
    {
        Func<FinBlindExchange, Task>? script = Array.Find(scripts, s => s.Target == exchange.Request.Target).Script;
        return (script ?? Respond())(exchange);
    };

    private static byte[] Filling(int length)
    {
        byte[] bytes = new byte[length];
        Array.Fill(bytes, (byte)'x');
        return bytes;
    }
}
