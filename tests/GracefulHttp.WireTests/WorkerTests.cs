using System.Threading.Channels;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.WireTests;

/// <summary>A handler below ours sends from a loop of its own, into which the first request's context has flowed for good.</summary>
public sealed class WorkerTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SendAsync_FirstRequestAbandoned_LaterRequestsAreSent(bool http2)
    {
        var held = new SyncPoint();
        await using KestrelServer server = await KestrelServer.StartAsync(
            async context =>
            {
                if (context.Request.Path == "/held")
                {
                    await held.ArriveAsync();
                }
            },
            http2: http2);
        using var handler = new GracefulHttpHandler(new GracefulHttpOptions(), new Worker(new SocketsHttpHandler()));
        using var client = new HttpClient(handler) { BaseAddress = server.BaseAddress };
        using var caller = new CancellationTokenSource();
        Task abandoned = SendAsync("/held", caller.Token);
        await held.ArrivedAsync();
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => abandoned.WithinAsync());

        // While the first still drains, and after it.
        await SendAsync("/", CancellationToken.None).WithinAsync();
        held.Release();
        await handler.WaitForIdleAsync().WithinAsync();
        await SendAsync("/", CancellationToken.None).WithinAsync();
        if (!http2)
        {
            (await client.GetStringAsync("/").WithinAsync()).ShouldBe("", "one without headers too, once the first has ended");
        }

        async Task SendAsync(string target, CancellationToken token)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, target)
            {
                Version = http2 ? new Version(2, 0) : new Version(1, 1),
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            request.Headers.Add("X-One", "1");
            using HttpResponseMessage response = await client.SendAsync(request, token);
        }
    }

    /// <summary>Started by the first request, whose execution context it keeps.</summary>
    private sealed class Worker(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        private readonly Channel<(HttpRequestMessage, CancellationToken, TaskCompletionSource<HttpResponseMessage>)> _queue =
            Channel.CreateUnbounded<(HttpRequestMessage, CancellationToken, TaskCompletionSource<HttpResponseMessage>)>();

        private Task? _loop;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
            _queue.Writer.TryWrite((request, cancellationToken, answer)).ShouldBeTrue();
            _loop ??= Task.Run(LoopAsync, CancellationToken.None);
            return answer.Task;
        }

        private async Task LoopAsync()
        {
            await foreach ((HttpRequestMessage request, CancellationToken token, TaskCompletionSource<HttpResponseMessage> answer) in _queue.Reader.ReadAllAsync())
            {
                _ = SendOneAsync(request, answer, token);
            }
        }

        private async Task SendOneAsync(
            HttpRequestMessage request, TaskCompletionSource<HttpResponseMessage> answer, CancellationToken token)
        {
            try
            {
                answer.SetResult(await base.SendAsync(request, token));
            }
            catch (Exception e)
            {
                answer.SetException(e);
            }
        }
    }
}
