using GracefulHttp;
using Samples;

// The pattern of 2014: a short timeout, and a retry. Each timeout abandons a request that the server still answers.
const int Calls = 20;

await RunAsync("before: HttpClient", new SocketsHttpHandler());
await RunAsync("after:  HttpClient + GracefulHttpHandler", new GracefulHttpHandler());
return 0;

static async Task RunAsync(string name, HttpMessageHandler handler)
{
    using var server = new SlowServer(TimeSpan.FromMilliseconds(300));
    using (var client = new HttpClient(handler, disposeHandler: false) { Timeout = TimeSpan.FromMilliseconds(100) })
    {
        for (int i = 0; i < Calls; i++)
        {
            try
            {
                await client.GetStringAsync(server.Address);
            }
            catch (TaskCanceledException)
            {
                // Too late. The next round of the loop is the retry.
            }
        }
    }

    if (handler is GracefulHttpHandler graceful)
    {
        await graceful.WaitForIdleAsync();
    }

    handler.Dispose();
    await server.WhenEveryoneHasLeftAsync();
    Console.WriteLine($"{name,-42} {Calls} calls timed out, {server.Resets,2} TCP resets, {server.Connections,2} connections");
}
