using GracefulHttp.TestKit.Servers;
using Polly;

namespace GracefulHttp.WireTests.Retry;

/// <summary>A server whose answers differ from request to request, and clients that repeat requests.</summary>
public abstract class RetryWireTest : WireTest
{
    private int _requests;

    /// <summary>As many as attempts that run at once.</summary>
    private const int Connections = 200;

    /// <summary>Answers each request to <c>/held</c> by its number, from 0.</summary>
    protected void Serve(Func<FinBlindExchange, int, Task> answer, Scheme scheme = Scheme.Http) =>
        Serve(scheme, exchange => answer(exchange, Interlocked.Increment(ref _requests) - 1));

    protected WireClient Connect(GracefulRetryOptions options) =>
        Connect(new GracefulRetryHandler(options, NewGraceful()) { LoggerFactory = Logs });

    /// <summary>A pipeline of the user's, above what the test is about or above the plain handler.</summary>
    protected WireClient Connect(ResiliencePipeline<HttpResponseMessage> pipeline, bool isGraceful, AbandonStrategy strategy = AbandonStrategy.Drain) =>
        Connect(new PollyHandler(pipeline, isGraceful ? NewGraceful(strategy) : NewSocketsHandlerWithoutDrain(Connections)));

    protected GracefulHttpHandler NewGraceful(AbandonStrategy strategy = AbandonStrategy.Drain) =>
        new(new GracefulHttpOptions { Strategy = strategy }, NewSocketsHandler(Connections)) { LoggerFactory = Logs };

    /// <summary>Whatever losers did has been seen; none of it was an RST.</summary>
    protected async Task ShouldNotHaveResetAsync(WireClient client)
    {
        Held.Release();
        await client.WaitForIdleAsync();
        await Recorder.SettleAsync();
        Recorder.ResetsFromClient.ShouldBe(0);
        Server.WriteFaults.ShouldBe(0);
    }
}
