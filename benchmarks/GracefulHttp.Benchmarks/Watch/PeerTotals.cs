namespace GracefulHttp.Benchmarks.Watch;

/// <summary>What was seen between a client's host and a server.</summary>
internal sealed record PeerTotals(long Connections = 0, long ClientResets = 0, long ServerResets = 0)
{
    public long Resets => ClientResets + ServerResets;
}
