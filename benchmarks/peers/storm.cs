// .NET's HttpClient: 'plain', or with GracefulHttp: 'close', 'drain'. A caller leaves by its CancellationToken.
#:project ../../src/GracefulHttp/GracefulHttp.csproj
#:property PublishAot=false
#:property ServerGarbageCollection=false
using System.Diagnostics;
using System.Globalization;
using System.Net;
using GracefulHttp;

string url = args[1];
int[] numbers = [.. args[2..].Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
(int requests, int warmUp, int workers, int abandon) = (numbers[0], numbers[1], numbers[2], numbers[3]);
var timeout = TimeSpan.FromMilliseconds(numbers[4]);
string slow = $"{url}?delay={numbers[5]}&phase=headers";

#pragma warning disable CA5359 // The server's certificate is made on the spot.
var sockets = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true } };
#pragma warning restore CA5359
GracefulHttpHandler? graceful = args[0] == "plain"
    ? null
    : new GracefulHttpHandler(new GracefulHttpOptions { Strategy = Enum.Parse<AbandonStrategy>(args[0], ignoreCase: true) }, sockets);
var client = new HttpClient((HttpMessageHandler?)graceful ?? sockets);

await StormAsync(warmUp);
Console.WriteLine("ready");
Console.ReadLine();
Console.WriteLine(await StormAsync(requests));
Console.ReadLine();
client.Dispose();
if (graceful is not null)
{
    // A process that ends resets what is still closing.
    await graceful.WaitForIdleAsync();
}

async Task<string> StormAsync(int count)
{
    int next = 0, useful = 0, abandoned = 0, failed = 0;
    long start = Stopwatch.GetTimestamp();
    await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(WorkAsync)));
    double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
    return string.Create(
        CultureInfo.InvariantCulture, $$"""{"useful":{{useful}},"abandoned":{{abandoned}},"failed":{{failed}},"seconds":{{seconds:0.000}}}""");

    async Task WorkAsync()
    {
        for (int i = Interlocked.Increment(ref next) - 1; i < count; i = Interlocked.Increment(ref next) - 1)
        {
            bool isSlow = (long)i * abandon / 100 != (i + 1L) * abandon / 100;
            using CancellationTokenSource? leaving = isSlow ? new CancellationTokenSource(timeout, TimeProvider.System) : null;
            try
            {
                using HttpResponseMessage response = await client.GetAsync(isSlow ? slow : url, leaving?.Token ?? CancellationToken.None);
                byte[] body = await response.Content.ReadAsByteArrayAsync();
                Interlocked.Increment(ref response.StatusCode == HttpStatusCode.OK && body.Length == 256 && !isSlow ? ref useful : ref failed);
            }
            catch (OperationCanceledException) when (isSlow)
            {
                Interlocked.Increment(ref abandoned);
            }
            catch (HttpRequestException)
            {
                Interlocked.Increment(ref failed);
            }
        }
    }
}
