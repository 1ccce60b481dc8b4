namespace GracefulHttp.Benchmarks.Counting;

/// <summary>How many connections there had been at a moment of a measurement.</summary>
/// <param name="Seconds">Since counting began.</param>
/// <param name="ConnectionsOpened">Begun so far.</param>
/// <param name="TimeWait">Ended so far in such a way that the client's port waits; null where that is not seen.</param>
internal sealed record SocketSample(double Seconds, long ConnectionsOpened, long? TimeWait);
