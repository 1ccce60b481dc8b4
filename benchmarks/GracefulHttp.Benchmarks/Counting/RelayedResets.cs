namespace GracefulHttp.Benchmarks.Counting;

/// <summary>RSTs on the connections between the relay and the server.</summary>
internal sealed record RelayedResets(long ToServer, long FromServer);
