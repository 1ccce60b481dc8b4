using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.TestKit.Wire;
using Microsoft.AspNetCore.Http;

namespace GracefulHttp.WireTests;

/// <summary>A Kestrel server, a recorder on its port, and one client of it with both layers. Only what the client sends is judged.</summary>
public abstract class KestrelTest : IAsyncLifetime
{
    private KestrelServer? _server;
    private SegmentRecorder? _recorder;
    private WireClient? _client;

    /// <summary>Where the server's answer is held.</summary>
    protected SyncPoint Held { get; } = new();

    public ValueTask InitializeAsync()
    {
        Assert.SkipUnless(SegmentRecorder.IsAvailable(out string whyNot), whyNot);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Held.Release();
        foreach (IAsyncDisposable? part in (IAsyncDisposable?[])[_client, _recorder, _server])
        {
            await (part?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    protected async Task<(WireClient Client, SegmentRecorder Recorder)> StartAsync(
        Scheme scheme, RequestDelegate answer, AbandonStrategy strategy, bool http2 = false)
    {
        _server = await KestrelServer.StartAsync(answer, scheme.Tls(), http2);
        _recorder = SegmentRecorder.Start(_server.Port);
        SocketsHttpHandler sockets = new SocketsHttpHandler { MaxConnectionsPerServer = 1 }.TrustTestCertificate();
        var handler = new GracefulHttpHandler(new GracefulHttpOptions { Strategy = strategy }, sockets);
        _client = new WireClient(_server.BaseAddress, handler, _recorder);
        return (_client, _recorder);
    }

    /// <summary>The server waits for its requests, and goes.</summary>
    protected async Task StopServerAsync()
    {
        await _server!.DisposeAsync();
        _server = null;
    }
}
