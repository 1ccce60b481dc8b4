using System.Net;
using System.Security.Authentication;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;
using Microsoft.AspNetCore.Http;

namespace GracefulHttp.StressTests;

/// <summary>
/// Hundreds of abandoned HTTP/2 requests a second against a server whose handlers outlive the cancellation. Kestrel takes the
/// resets for an attack (CVE-2023-44487) and closes the connection under everybody with ENHANCE_YOUR_CALM.
/// </summary>
public sealed class Http2StormTests
{
    private const int Abandoned = 1200;
    private const int PerSecond = 300;
    private static readonly TimeSpan CallerTimeout = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan SlowAnswer = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task PlainClient_Storm_FailsRequestsThatNobodyAbandoned()
    {
        using SocketsHttpHandler sockets = new SocketsHttpHandler().TrustTestCertificate();

        (await StormAsync(sockets)).Failed.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(AbandonStrategy.Drain)]
    [InlineData(AbandonStrategy.Close)]
    public async Task GracefulHttpHandler_Storm_FailsNone(AbandonStrategy strategy)
    {
        using var handler = new GracefulHttpHandler(
            new GracefulHttpOptions { Strategy = strategy }, new SocketsHttpHandler().TrustTestCertificate());

        (int answered, int failed, string? why) = await StormAsync(handler);

        failed.ShouldBe(0, why);
        answered.ShouldBeGreaterThan(0);
        await handler.WaitForIdleAsync().WithinAsync();
    }

    private static async Task<(int Answered, int Failed, string? Why)> StormAsync(HttpMessageHandler handler)
    {
        await using KestrelServer server = await KestrelServer.StartAsync(AnswerAsync, SslProtocols.Tls13, http2: true);
        using var client = new HttpClient(handler, disposeHandler: false)
        {
            BaseAddress = server.BaseAddress,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var storm = new List<Task<Exception?>>();
        var beside = new List<Task<Exception?>>();
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1) / 100);
        while (storm.Count < Abandoned && await pace.WaitForNextTickAsync())
        {
            for (int i = 0; i < PerSecond / 100; i++)
            {
                storm.Add(AbandonAsync(client));
            }

            beside.Add(AskAsync(client));
        }

        Exception?[] besides = await Task.WhenAll(beside).WithinAsync();
        Exception[] failures = [.. besides.Concat(await Task.WhenAll(storm).WithinAsync()).OfType<Exception>()];
        return (besides.Count(static failure => failure is null), failures.Length, failures.FirstOrDefault()?.ToString());
    }

    /// <summary>Ignores that its caller has gone, as handlers do that wait for something which cannot be cancelled.</summary>
    private static async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path == "/slow")
        {
            await Task.Delay(SlowAnswer, TimeProvider.System);
        }

        await context.Response.WriteAsync("ok");
    }

    private static async Task<Exception?> AbandonAsync(HttpClient client)
    {
        using var caller = new CancellationTokenSource(CallerTimeout, TimeProvider.System);
        try
        {
            await client.GetStringAsync("/slow", caller.Token);
            return null;
        }
        catch (OperationCanceledException e) when (e.CancellationToken == caller.Token)
        {
            return null;
        }
        catch (HttpRequestException e)
        {
            return e;
        }
    }

    private static async Task<Exception?> AskAsync(HttpClient client)
    {
        try
        {
            return await client.GetStringAsync("/quick") == "ok" ? null : new InvalidDataException("not ok");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return e;
        }
    }
}
