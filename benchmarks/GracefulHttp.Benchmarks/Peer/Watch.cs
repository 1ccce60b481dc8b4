using GracefulHttp.Benchmarks.Counting;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Peer;

/// <summary>Counts on one port from its creation on.</summary>
internal sealed class Watch : IAsyncDisposable
{
    private readonly OpenServer? _server;
    private readonly ServerCounts? _before;
    private readonly IWireCounter _wire;
    private readonly SocketSampler _sampler;

    /// <param name="port">Where clients connect to.</param>
    /// <param name="server">What listens there; null for a user's own server.</param>
    /// <param name="sight">What a raw socket here sees.</param>
    /// <param name="measuredTime">How long will be measured.</param>
    public Watch(int port, OpenServer? server, Sight sight, TimeSpan measuredTime)
    {
        _server = server;
        _wire = WireCounter.Start(port, server?.BehindRelay, sight);
        _before = server?.Read();
        _sampler = new SocketSampler(measuredTime, Sample);
    }

    public CountingMethod Method => _wire.Method;

    /// <summary>The counts since the beginning, settled.</summary>
    public async Task<PeerReply> ReadAsync()
    {
        IReadOnlyList<SocketSample> samples = _sampler.Read();
        WireCounts seen = await _wire.ReadAsync();
        return new PeerReply(Wire: seen, Server: _before is null ? null : _server!.Read().Since(_before), Samples: samples);
    }

    public async ValueTask DisposeAsync()
    {
        await _sampler.DisposeAsync();
        await _wire.DisposeAsync();
    }

    private (long?, long?) Sample()
    {
        (long? opened, long? timeWait) = _wire.Peek();
        return (opened ?? _server?.Read().ConnectionsAccepted - _before?.ConnectionsAccepted, timeWait);
    }
}
