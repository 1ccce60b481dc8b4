using GracefulHttp;

namespace Appliance;

/// <summary>The service of 2014: a short timeout, and a retry. It is the same code for each client; only the handler differs.</summary>
internal static class Caller
{
    private const int Calls = 15;
    private const int AttemptsPerCall = 3;
    private const int CallsAfterwards = 10;

    private static readonly TimeSpan ShortTimeout = TimeSpan.FromMilliseconds(100);

    // Ample, for a server that answers at once: who does not get an answer now is cut off.
    private static readonly TimeSpan AmpleTimeout = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(ClientMake make, Uri server)
    {
        using HttpMessageHandler handler = NewHandler(make);
        using (var client = new HttpClient(handler, disposeHandler: false) { BaseAddress = server })
        {
            int timedOut = 0;
            for (int call = 0; call < Calls; call++)
            {
                for (int attempt = 0; attempt < AttemptsPerCall && !await IsAnsweredAsync(client, "/slow", ShortTimeout); attempt++)
                {
                    timedOut++;
                }
            }

            Console.WriteLine($"           {timedOut} attempts timed out in the storm");
            bool[] answered = await Task.WhenAll(Enumerable.Range(0, CallsAfterwards).Select(_ => IsAnsweredAsync(client, "/", AmpleTimeout)));
            Console.WriteLine($"           {answered.Count(isAnswered => isAnswered)} of {CallsAfterwards} calls after the storm were answered");
        }

        if (handler is GracefulHttpHandler graceful)
        {
            await graceful.WaitForIdleAsync();
        }
    }

    private static HttpMessageHandler NewHandler(ClientMake make) => make switch
    {
        ClientMake.Plain => new SocketsHttpHandler(),
        ClientMake.Close => new GracefulHttpHandler(new GracefulHttpOptions { Strategy = AbandonStrategy.Close }),
        _ => new GracefulHttpHandler(),
    };

    private static async Task<bool> IsAnsweredAsync(HttpClient client, string target, TimeSpan timeout)
    {
        using var cancellation = new CancellationTokenSource(timeout);
        try
        {
            await client.GetStringAsync(target, cancellation.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
