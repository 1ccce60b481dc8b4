using System.Net;
using System.Net.Sockets;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.TestKit.Time;
using GracefulHttp.WireTests.Endings;
using Microsoft.AspNetCore.Http;

namespace GracefulHttp.WireTests;

/// <summary>
/// Streams of one HTTP/2 connection. The clock of the drains stands still, so a stream that is let run is never ended by it.
/// </summary>
public sealed class Http2Tests : IAsyncLifetime
{
    private readonly SyncPoint _held = new();
    private readonly RecordingLoggerFactory _logs = new();
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private KestrelServer? _server;
    private GracefulHttpHandler? _handler;
    private HttpClient? _client;
    private int _requests;
    private int _complete;

    private IEnumerable<string> Outcomes =>
        _logs.Records.Where(r => r.Id.Name == "RequestEnded").Select(r => (string)r.Values["Outcome"]!);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _held.Release();
        await (_handler?.WaitForIdleAsync() ?? Task.CompletedTask).WithinAsync();
        _client?.Dispose();
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        _logs.Dispose();
    }

    [Theory]
    [InlineData(AbandonStrategy.Drain, 0)]
    [InlineData(AbandonStrategy.Drain, 16)]
    [InlineData(AbandonStrategy.Close, 0)]
    [InlineData(AbandonStrategy.Close, 16)]
    public async Task Upload_Abandoned_IsResetWhateverTheBudgetAndNeverComplete(AbandonStrategy strategy, int burst)
    {
        await StartAsync(ReadAllAsync, new GracefulHttpOptions { Strategy = strategy, Http2ResetBurst = burst });
        using var content = new ByteArrayContent(new byte[4 * 1024 * 1024]);
        using HttpRequestMessage request = Request(HttpMethod.Post, content);
        using var caller = new CancellationTokenSource();
        Task sending = _client!.SendAsync(request, caller.Token);
        await _held.ArrivedAsync();

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WithinAsync());
        await _aborted.Task.WithinAsync();
        await _handler!.WaitForIdleAsync().WithinAsync();
        Outcomes.ShouldBe(["closed"]);
        _complete.ShouldBe(0);
    }

    [Fact]
    public async Task DuplexUpload_ResponseDisposed_IsResetWhateverTheBudget()
    {
        await StartAsync(
            async context =>
            {
                context.RequestAborted.Register(_aborted.SetResult);
                await context.Response.Body.FlushAsync();
                await _held.ArriveAsync();
            },
            new GracefulHttpOptions { Http2ResetBurst = 0 });
        using var content = new HeldUpload();
        using HttpRequestMessage request = Request(HttpMethod.Post, content);

        HttpResponseMessage response = await _client!.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WithinAsync();
        response.Dispose();

        await _aborted.Task.WithinAsync();
        _held.IsReleased.ShouldBeFalse();
    }

    [Fact]
    public async Task Post_SentInFullAndAbandonedInItsAnswer_IsDrained()
    {
        await StartAsync(async context =>
        {
            await context.Response.WriteAsync("begin");
            await context.Response.Body.FlushAsync();
            await _held.ArriveAsync();
            await context.Response.WriteAsync("end");
        });
        using var content = new StringContent("whole");
        using HttpRequestMessage request = Request(HttpMethod.Post, content);

        HttpResponseMessage response = await _client!.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WithinAsync();
        response.Dispose();
        _held.Release();
        await _handler!.WaitForIdleAsync().WithinAsync();

        Outcomes.ShouldBe(["drained"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Requests_AbandonedWhileTheirConnectionIsMade_AreNeverSentAndCostNoReset(bool withHeader)
    {
        const int Abandoned = 6;
        var sockets = new SocketsHttpHandler
        {
            ConnectCallback = async (context, token) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(context.DnsEndPoint, token);
                await _held.ArriveAsync();
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        await StartAsync(_ => Task.CompletedTask, new GracefulHttpOptions(), sockets);
        using var caller = new CancellationTokenSource();
        Task[] sending = [.. Enumerable.Range(0, Abandoned).Select(_ => SendAsync(caller.Token))];
        await _held.ArrivedAsync();

        await caller.CancelAsync();
        foreach (Task one in sending)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one.WithinAsync());
        }

        _held.Release();
        await SendAsync(CancellationToken.None).WithinAsync();
        await _handler!.WaitForIdleAsync().WithinAsync();
        Outcomes.ShouldBe(Enumerable.Repeat("not_sent", Abandoned));
        _requests.ShouldBe(1);

        async Task SendAsync(CancellationToken token)
        {
            using HttpRequestMessage request = Request(HttpMethod.Get);
            if (withHeader)
            {
                request.Headers.Add("X-One", "1");
            }

            using HttpResponseMessage response = await _client!.SendAsync(request, token);
        }
    }

    /// <summary>Nobody knows whether they have been sent. A storm of resets would close the connection under everybody.</summary>
    [Theory]
    [InlineData(16, "closed")]
    [InlineData(0, "drained")]
    public async Task Request_WithoutHeadersOnALiveConnection_IsResetWhileTheBudgetLasts(int burst, string outcome)
    {
        await StartAsync(
            async context =>
            {
                if (context.Request.Path == "/held")
                {
                    context.RequestAborted.Register(_aborted.SetResult);
                    await _held.ArriveAsync();
                }
            },
            new GracefulHttpOptions { Http2ResetBurst = burst });
        using HttpRequestMessage first = Request(HttpMethod.Get);
        (await _client!.SendAsync(first).WithinAsync()).Dispose();
        using HttpRequestMessage request = Request(HttpMethod.Get, target: "/held");
        using var caller = new CancellationTokenSource();
        Task sending = _client.SendAsync(request, caller.Token);
        await _held.ArrivedAsync();

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WithinAsync());
        if (outcome == "closed")
        {
            await _aborted.Task.WithinAsync();
        }

        _held.IsReleased.ShouldBeFalse();
        _held.Release();
        await _handler!.WaitForIdleAsync().WithinAsync();
        Outcomes.ShouldBe([outcome]);
        _aborted.Task.IsCompleted.ShouldBe(outcome == "closed");
    }

    private static HttpRequestMessage Request(HttpMethod method, HttpContent? content = null, string target = "/") => new(method, target)
    {
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Content = content,
    };

    private async Task StartAsync(RequestDelegate answer, GracefulHttpOptions? options = null, SocketsHttpHandler? sockets = null)
    {
        _server = await KestrelServer.StartAsync(
            context =>
            {
                Interlocked.Increment(ref _requests);
                return answer(context);
            },
            http2: true);
        _handler = new GracefulHttpHandler(options ?? new GracefulHttpOptions(), sockets ?? new SocketsHttpHandler())
        {
            TimeProvider = new FakeTimeProvider(),
            LoggerFactory = _logs,
        };
        _client = new HttpClient(_handler) { BaseAddress = _server.BaseAddress };
    }

    /// <summary>Reads a first piece, is held there, and reads on to the end.</summary>
    private async Task ReadAllAsync(HttpContext context)
    {
        context.RequestAborted.Register(() =>
        {
            _aborted.SetResult();
            _held.Release();
        });
        byte[] buffer = new byte[16 * 1024];
        await context.Request.Body.ReadExactlyAsync(buffer);
        await _held.ArriveAsync();
        while (await context.Request.Body.ReadAsync(buffer, context.RequestAborted) > 0)
        {
        }

        Interlocked.Increment(ref _complete);
    }
}
