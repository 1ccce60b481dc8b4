using System.Collections.Concurrent;
using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.TestKit.Servers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace GracefulHttp.WireTests.Factory;

/// <summary>A gRPC channel with load balancing connects by itself: it keeps its connections, and its calls are taken care of.</summary>
public sealed class GrpcTests : IAsyncDisposable
{
    private static readonly Marshaller<string> Text = Marshallers.Create(System.Text.Encoding.UTF8.GetBytes, System.Text.Encoding.UTF8.GetString);
    private static readonly Method<string, string> Next = new(MethodType.Unary, "test", "next", Text, Text);
    private static readonly Method<string, string> HeldMethod = new(MethodType.Unary, "test", "held", Text, Text);

    private readonly SyncPoint _held = new();
    private readonly ConcurrentQueue<int> _served = [];
    private readonly ServiceCollection _services = [];
    private readonly RecordingLoggerFactory _logs = new();
    private readonly List<KestrelServer> _servers = [];
    private ServiceProvider? _provider;

    public async ValueTask DisposeAsync()
    {
        _held.Release();
        await (_provider?.DisposeAsync() ?? ValueTask.CompletedTask);
        foreach (KestrelServer server in _servers)
        {
            await server.DisposeAsync();
        }

        _logs.Dispose();
    }

    [Fact]
    public async Task LoadBalancing_CallsAreBalancedAndAnAbandonedOneIsEnded()
    {
        _services.AddHttpClient("grpc").AddGracefulHttp();
        using GrpcChannel channel = await OpenAsync();
        await channel.ConnectAsync(TestContext.Current.CancellationToken).WithinAsync();
        CallInvoker calls = channel.CreateCallInvoker();
        while (_served.Distinct().Count() < 2)
        {
            (await calls.AsyncUnaryCall(Next, null, new CallOptions(), "?").ResponseAsync.WithinAsync()).ShouldBe("ok");
        }

        using var caller = new CancellationTokenSource();
        AsyncUnaryCall<string> call = calls.AsyncUnaryCall(HeldMethod, null, new CallOptions(cancellationToken: caller.Token), "?");
        await _held.ArrivedAsync();
        await caller.CancelAsync();

        (await Should.ThrowAsync<RpcException>(call.ResponseAsync.WithinAsync())).StatusCode.ShouldBe(StatusCode.Cancelled);
        await _logs.WaitForAsync(static record => record.Id.Name == "RequestEnded");
        _held.IsReleased.ShouldBeFalse();
        (await calls.AsyncUnaryCall(Next, null, new CallOptions(), "?").ResponseAsync.WithinAsync()).ShouldBe("ok");
        channel.State.ShouldBe(ConnectivityState.Ready);
        _logs.Records.ShouldNotContain(static record => record.Level >= LogLevel.Warning, _logs.ToString());
    }

    [Fact]
    public async Task LoadBalancing_OverAHandlerWithACallbackOfItsOwn_IsRefusedByTheChannel()
    {
        // The opposite: what the channel says where the transport layer is hooked in before it.
        _services.AddHttpClient("grpc").UseSocketsHttpHandler(static (sockets, _) => sockets.UseGracefulClose());

        (await Should.ThrowAsync<InvalidOperationException>(OpenAsync)).Message.ShouldContain("client-side load balancing");
    }

    private async Task<GrpcChannel> OpenAsync()
    {
        for (int i = 0; i < 2; i++)
        {
            int number = i;
            _servers.Add(await KestrelServer.StartAsync(context => AnswerAsync(context, number), http2: true));
        }

        _services.AddSingleton<ILoggerFactory>(_logs);
        _services.AddSingleton<ResolverFactory>(new StaticResolverFactory(
            _ => _servers.Select(static server => new BalancerAddress(IPAddress.Loopback.ToString(), server.Port))));
        _provider = _services.BuildServiceProvider();
        return GrpcChannel.ForAddress("static:///servers", new GrpcChannelOptions
        {
            HttpHandler = _provider.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler("grpc"),
            ServiceProvider = _provider,
            Credentials = ChannelCredentials.Insecure,
            ServiceConfig = new ServiceConfig { LoadBalancingConfigs = { new RoundRobinConfig() } },
        });
    }

    private async Task AnswerAsync(HttpContext context, int server)
    {
        _served.Enqueue(server);
        if (context.Request.Path == "/test/held")
        {
            await _held.ArriveAsync();
        }

        context.Response.ContentType = "application/grpc";
        context.Response.AppendTrailer("grpc-status", "0");
        await context.Response.Body.WriteAsync("\0\0\0\0\u0002ok"u8.ToArray());
    }
}
