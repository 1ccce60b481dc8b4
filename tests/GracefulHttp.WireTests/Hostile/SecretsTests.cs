using System.Net.Http.Headers;
using System.Text;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.WireTests.Hostile;

/// <summary>What is told of requests that are abandoned, or sent again, tells nobody what they asked, or as whom, or what they were answered.</summary>
public sealed class SecretsTests : IDisposable
{
    private const string Secret = "secret";

    private readonly Told _told = new();

    public static MatrixTheoryData<AbandonStrategy, string> StrategiesAndHeaders => new(
        Enum.GetValues<AbandonStrategy>(), [$"X-Token: {Secret}", $"Set-Cookie: id={Secret}", $"Location: /{Secret}", $"WWW-Authenticate: {Secret}"]);

    public void Dispose() => _told.Dispose();

    [Theory]
    [MemberData(nameof(StrategiesAndHeaders))]
    public async Task AbandonedRequest_WithSecrets_TellsNone(AbandonStrategy strategy, string header)
    {
        Assert.SkipUnless(SegmentRecorder.IsAvailable(out string whyNot), whyNot);
        var held = new SyncPoint();
        await using FinBlindServer server = FinBlindServer.Start(async exchange =>
        {
            await held.ArriveAsync();
            await exchange.WriteHeadAsync(BodyFraming.ContentLength, Secret.Length, $"302 {Secret}", header);
            await exchange.WriteBodyAsync(Encoding.ASCII.GetBytes(Secret));
        });
        await using SegmentRecorder recorder = SegmentRecorder.Start(server.Port);
        using var graceful = new GracefulHttpHandler(new GracefulHttpOptions { Strategy = strategy }) { LoggerFactory = _told.Logs, MeterFactory = _told.Meters };
        using var caller = new CancellationTokenSource();
        using HttpRequestMessage request = NewRequest(server);
        using (var client = new HttpClient(graceful))
        {
            Task<HttpResponseMessage> call = client.SendAsync(request, caller.Token);
            await held.ArrivedAsync();

            // So that the write is out (see WireClient): what has not been sent is not drained.
            await recorder.SettleAsync();
            await caller.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithinAsync());
            if (strategy != AbandonStrategy.Drain)
            {
                // An answer that comes before it may end the request in its place.
                await recorder.WaitForAsync(r => r.FinsFromClient == 1);
            }

            held.Release();
            await graceful.WaitForIdleAsync().WithinAsync();
        }

        await graceful.WaitForIdleAsync().WithinAsync();

        _told.Events.ShouldBe(["RequestEnded", "ConnectionEnded"], ignoreOrder: true);
        _told.Instruments.ShouldContain(GracefulHttpTelemetry.RequestsAbandoned);
        _told.Instruments.ShouldContain(GracefulHttpTelemetry.ConnectionsClosed);
        _told.Activities.Any().ShouldBe(strategy != AbandonStrategy.Abort);
        ShouldTellNothing();
    }

    [Theory]
    [InlineData($"HTTP/1.1 503 {Secret}\r\nX-Token: {Secret}\r\nContent-Length: 0\r\n\r\n")]
    [InlineData($"{Secret}\r\n\r\n")]
    public async Task RepeatedRequest_WithSecrets_TellsNone(string firstAnswer)
    {
        int requests = 0;
        await using FinBlindServer server = FinBlindServer.Start(exchange => Interlocked.Increment(ref requests) == 1
            ? exchange.WriteRawAsync(Encoding.ASCII.GetBytes(firstAnswer))
            : exchange.RespondAsync(Secret));
        using var graceful = new GracefulHttpHandler { LoggerFactory = _told.Logs, MeterFactory = _told.Meters };
        var options = new GracefulRetryOptions { Delay = TimeSpan.FromMilliseconds(1) };
        using var retry = new GracefulRetryHandler(options, graceful) { LoggerFactory = _told.Logs, MeterFactory = _told.Meters };
        using HttpRequestMessage request = NewRequest(server);
        using (var client = new HttpClient(retry))
        {
            using HttpResponseMessage response = await client.SendAsync(request).WithinAsync();
            (await response.Content.ReadAsStringAsync()).ShouldBe(Secret);
        }

        await graceful.WaitForIdleAsync().WithinAsync();

        _told.Events.ShouldContain("Retry");
        _told.Instruments.ShouldContain(GracefulHttpTelemetry.RetryAttempts);
        ShouldTellNothing();
    }

    private static HttpRequestMessage NewRequest(FinBlindServer server)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"http://{Secret}:{Secret}@127.0.0.1:{server.Port}/{Secret}?token={Secret}#{Secret}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Secret);
        request.Headers.Add("Cookie", $"id={Secret}");
        request.Headers.Add("X-Token", Secret);
        return request;
    }

    private void ShouldTellNothing()
    {
        _told.Words.ShouldNotBeEmpty();
        _told.Words.ShouldAllBe(word => !word.Contains(Secret, StringComparison.OrdinalIgnoreCase));
    }
}
