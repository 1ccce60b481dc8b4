namespace GracefulHttp.Benchmarks.Counting;

/// <summary>What was seen on the wire since counting began. <see langword="null"/> is what could not be told.</summary>
/// <param name="ResetsFromClient">RSTs from the client, seen one by one.</param>
/// <param name="ResetsFromServer">RSTs from the server, seen one by one.</param>
/// <param name="KernelResets">RSTs that the kernel says were sent, by whomever in its network namespace.</param>
/// <param name="KernelIsShared">Whether that namespace is not only the measurement's.</param>
/// <param name="ConnectionsOpened">Connections the client began.</param>
/// <param name="TimeWait">Client ports left in TIME_WAIT.</param>
/// <param name="BehindRelay">RSTs between the relay and the server, where there is a relay.</param>
/// <param name="Problem">Why something is not known that this way of counting usually tells.</param>
internal sealed record WireCounts(
    long? ResetsFromClient = null,
    long? ResetsFromServer = null,
    long? KernelResets = null,
    bool KernelIsShared = false,
    long? ConnectionsOpened = null,
    long? TimeWait = null,
    RelayedResets? BehindRelay = null,
    string? Problem = null)
{
    /// <summary>The same RSTs as each oracle counted them.</summary>
    /// <param name="noticedByServer">Connections on which the server noticed one.</param>
    public OracleCounts Oracles(long? noticedByServer) => new(
        ResetsFromClient + ResetsFromServer + (BehindRelay is { } relayed ? relayed.ToServer + relayed.FromServer : 0),
        KernelResets,
        BehindRelay?.ToServer ?? ResetsFromClient,
        noticedByServer,
        KernelIsShared);
}
