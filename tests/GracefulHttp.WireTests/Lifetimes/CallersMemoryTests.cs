using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.WireTests.Carriers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace GracefulHttp.WireTests.Lifetimes;

/// <summary>
/// Once its caller has been let go, an upload reads nothing of the caller's memory any more: what the caller writes there next
/// never reaches the server. And it never arrives whole.
/// </summary>
public sealed class CallersMemoryTests : IAsyncLifetime
{
    private const byte Foreign = 0xEE;

    // More than all buffers on the way take.
    private const int Length = 32 * 1024 * 1024;

    private readonly SyncPoint _held = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private KestrelServer? _server;
    private long _received;
    private long _foreign;
    private bool _complete;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _held.Release();
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    [Theory]
    [MemberData(nameof(CarrierCells.AllStrategies), MemberType = typeof(CarrierCells))]
    public async Task Upload_WriteIsInFlight_TheCallersNextUseOfItsMemoryIsNotSent(Carrier carrier, AbandonStrategy strategy) =>
        await ShouldSendNothingForeignAsync(carrier, new GracefulHttpOptions { Strategy = strategy });

    [Theory]
    [InlineData(Carrier.Http2)]
    [InlineData(Carrier.Http2OverTls)]
    public async Task Upload_ResetBudgetIsEmpty_IsNotLetRun(Carrier carrier) =>
        await ShouldSendNothingForeignAsync(carrier, new GracefulHttpOptions { Http2ResetBurst = 0 });

    [Theory]
    [InlineData(Carrier.Http)]
    [InlineData(Carrier.Https)]
    public async Task Upload_ThroughAnHttpClientHandler_IsNotLetRun(Carrier carrier)
    {
        using var sockets = new HttpClientHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ServerCertificateCustomValidationCallback = (_, certificate, _, errors) => TestCertificate.IsTrusted(this, certificate, null, errors),
        };

        await ShouldSendNothingForeignAsync(carrier, new GracefulHttpOptions(), sockets);
    }

    private async Task ShouldSendNothingForeignAsync(Carrier carrier, GracefulHttpOptions options, HttpMessageHandler? inner = null)
    {
        _server = await KestrelServer.StartAsync(ReceiveAsync, carrier.Tls(), carrier.IsHttp2());
        var handler = new GracefulHttpHandler(options, inner ?? new SocketsHttpHandler().TrustTestCertificate());
        using var client = new HttpClient(handler);
        using var caller = new CancellationTokenSource();
        byte[] memory = new byte[Length];
        using var request = new HttpRequestMessage(HttpMethod.Post, _server.BaseAddress)
        {
            Content = new ByteArrayContent(memory),
            Version = carrier.IsHttp2() ? new Version(2, 0) : new Version(1, 1),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        // The next use comes on the very thread that lets the caller go: no later than any code of a caller's.
        Task<HttpResponseMessage> upload = client.SendAsync(request, caller.Token);
        Task reuse = upload.ContinueWith(
            _ => memory.AsSpan().Fill(Foreign), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await _held.ArrivedAsync();
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upload.WithinAsync());
        await reuse.WithinAsync();
        _held.Release();

        await _ended.Task.WithinAsync();
        _foreign.ShouldBe(0);
        _complete.ShouldBeFalse();
        _received.ShouldBeLessThan(Length);
        await handler.WaitForIdleAsync().WithinAsync();
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        context.Features.Get<IHttpMinRequestBodyDataRateFeature>()!.MinDataRate = null;
        byte[] buffer = new byte[16 * 1024];
        try
        {
            while (await context.Request.Body.ReadAsync(buffer) is > 0 and int count)
            {
                _received += count;
                _foreign += buffer.AsSpan(0, count).Count(Foreign);
                await _held.ArriveAsync();
            }

            _complete = true;
        }
        catch (IOException)
        {
            // The end of an upload that was not finished.
        }
        finally
        {
            _ended.SetResult();
        }
    }
}
