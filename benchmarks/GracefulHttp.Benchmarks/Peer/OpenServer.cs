using System.Net;
using GracefulHttp.Benchmarks.Relay;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Peer;

/// <summary>A server, and the relay before it where there shall be a network between.</summary>
internal sealed class OpenServer : IAsyncDisposable
{
    private readonly IEmbeddedServer _server;
    private readonly DelayingRelay? _relay;

    public OpenServer(IEmbeddedServer server, LinkSettings link)
    {
        _server = server;
        _relay = link == LinkSettings.None
            ? null
            : new DelayingRelay(IPAddress.Loopback, 0, new IPEndPoint(IPAddress.Loopback, server.Port), link, TimeProvider.System);
    }

    /// <summary>Where clients connect to.</summary>
    public int Port => _relay?.Port ?? _server.Port;

    /// <summary>The server's own port, when <see cref="Port"/> is the relay's.</summary>
    public int? BehindRelay => _relay is null ? null : _server.Port;

    public HeldAnswers Held => _server.Held;

    /// <summary>What the server has seen. Answers that are still on their way are in progress.</summary>
    public ServerCounts Read()
    {
        // In this order: an answer that leaves the server meanwhile is seen twice rather than not at all.
        ServerCounts counts = _server.Tally.Read();
        return counts with { SlowInProgress = counts.SlowInProgress + (_relay?.UnderWay ?? 0) };
    }

    public async ValueTask DisposeAsync()
    {
        await (_relay?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _server.DisposeAsync();
    }
}
