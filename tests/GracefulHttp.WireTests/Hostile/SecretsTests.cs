using System.Net.Http.Headers;
using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.WireTests.Hostile;

/// <summary>What is logged of abandoned requests tells nobody what they asked, or as whom.</summary>
public sealed class SecretsTests : WireTest
{
    private const string Secret = "secret";

    [Theory]
    [InlineData(AbandonStrategy.Drain)]
    [InlineData(AbandonStrategy.Close)]
    [InlineData(AbandonStrategy.Abort)]
    public async Task Logs_RequestWithSecrets_HaveNoneOfThem(AbandonStrategy strategy)
    {
        Serve(
            Scheme.Http,
            async exchange =>
            {
                await exchange.WriteHeadAsync(BodyFraming.ContentLength, Secret.Length, "200 OK", $"X-Token: {Secret}");
                await exchange.WriteBodyAsync("secret"u8.ToArray());
            },
            headScript: _ => Held.ArriveAsync());
        WireClient client = Connect(strategy);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/{Secret}?token={Secret}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Secret);

        await client.AbandonAsync(Held, (http, token) => http.SendAsync(request, token), begun: Task.CompletedTask);
        Held.Release();
        await client.WaitForIdleAsync();
        client.Http.Dispose();
        await client.WaitForIdleAsync();

        Logs.Records.Select(record => record.Id.Name).ShouldBe(["RequestEnded", "ConnectionEnded"], ignoreOrder: true);
        foreach (LogRecord record in Logs.Records)
        {
            record.ToString().ShouldNotContain(Secret);
            record.Values.Values.ShouldAllBe(value => !$"{value}".Contains(Secret, StringComparison.Ordinal));
        }
    }
}
