namespace GracefulHttp.Benchmarks.Counting;

/// <summary>What was seen on the wire since counting began. <see langword="null"/> is what could not be told.</summary>
/// <param name="ResetsSent">RSTs from the client; from both ends where <see cref="ResetsFromServer"/> is null.</param>
/// <param name="ResetsFromServer">RSTs from the server.</param>
/// <param name="ConnectionsOpened">Connections the client began.</param>
/// <param name="TimeWait">Client ports left in TIME_WAIT.</param>
/// <param name="Problem">Why something is not known that this way of counting usually tells.</param>
internal sealed record WireCounts(
    long? ResetsSent, long? ResetsFromServer, long? ConnectionsOpened, long? TimeWait, string? Problem = null);
