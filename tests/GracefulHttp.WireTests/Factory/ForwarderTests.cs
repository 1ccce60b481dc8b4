using System.Net;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace GracefulHttp.WireTests.Factory;

/// <summary>In front of YARP's forwarder: whoever leaves the proxy leaves the server behind it, which sees no RST.</summary>
public sealed class ForwarderTests : FactoryTest
{
    private readonly TaskCompletionSource<ForwarderError> _forwarded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Theory]
    [InlineData(Scheme.Http, Phase.Headers)]
    [InlineData(Scheme.HttpsTls13, Phase.Headers)]
    [InlineData(Scheme.Http, Phase.ContentLengthBody)]
    [InlineData(Scheme.HttpsTls13, Phase.ChunkedBody)]
    public async Task Forwarder_CallerDisconnects_SendsNoResetUpstream(Scheme scheme, Phase phase)
    {
        var handler = new GracefulHttpHandler(new GracefulHttpOptions { DrainTimeout = TimeSpan.FromHours(1) }, NewSockets()) { LoggerFactory = Logs };

        await DisconnectAsync(scheme, phase, handler);
        Held.Release();
        await handler.WaitForIdleAsync().WithinAsync();
        handler.Dispose();
        await handler.WaitForIdleAsync().WithinAsync();

        Logs.AbandonOutcomes().Count().ShouldBe(1);
        (await Server.Connections.Single().Ended.WithinAsync()).ShouldBe(scheme.PeacefulEnding());
        await Recorder.SettleAsync();
        Recorder.ResetsFromClient.ShouldBe(0);
    }

    [Theory]
    [InlineData(Scheme.Http, Phase.Headers)]
    [InlineData(Scheme.HttpsTls13, Phase.ChunkedBody)]
    public async Task Forwarder_OverAPlainHandler_SendsResetUpstream(Scheme scheme, Phase phase)
    {
        using SocketsHttpHandler handler = NewSockets();

        await DisconnectAsync(scheme, phase, handler);

        await ShouldResetAsync();
    }

    /// <summary>As YARP's documentation makes it.</summary>
    private static SocketsHttpHandler NewSockets() => new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        ResponseDrainTimeout = TimeSpan.Zero,
    }.TrustTestCertificate();

    private async Task DisconnectAsync(Scheme scheme, Phase phase, HttpMessageHandler handler)
    {
        Serve(scheme, phase.HeldScript(Held));
        await using ServiceProvider services = new ServiceCollection().AddLogging().AddHttpForwarder().BuildServiceProvider();
        var forwarder = services.GetRequiredService<IHttpForwarder>();
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        await using KestrelServer proxy = await KestrelServer.StartAsync(async context =>
            _forwarded.SetResult(await forwarder.SendAsync(context, Server.BaseAddress.ToString(), invoker)));
        using var client = new HttpClient { BaseAddress = proxy.BaseAddress };
        using var caller = new CancellationTokenSource();

        Task<string> call = client.GetStringAsync("/held", caller.Token);
        await Held.ArrivedAsync();
        await Recorder.SettleAsync();
        await caller.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(call.WithinAsync());

        (await _forwarded.Task.WithinAsync()).ShouldNotBe(ForwarderError.None);
        Held.IsReleased.ShouldBeFalse();
    }
}
