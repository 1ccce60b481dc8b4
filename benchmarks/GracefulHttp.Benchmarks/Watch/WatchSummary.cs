namespace GracefulHttp.Benchmarks.Watch;

/// <summary>What was seen in all.</summary>
/// <param name="Connections">Connections of which anything was seen.</param>
/// <param name="SeenFromTheMiddle">Those of them whose SYN was not.</param>
/// <param name="Endings">How many ended in each way.</param>
/// <param name="ClientResets">RSTs from clients.</param>
/// <param name="ServerResets">RSTs from servers.</param>
/// <param name="Peers">The same by who talked with whom.</param>
/// <param name="OtherPeers">What there was no room for in <paramref name="Peers"/>.</param>
internal sealed record WatchSummary(
    long Connections,
    long SeenFromTheMiddle,
    IReadOnlyDictionary<ConnectionEnding, long> Endings,
    long ClientResets,
    long ServerResets,
    IReadOnlyDictionary<WatchedPeer, PeerTotals> Peers,
    PeerTotals OtherPeers)
{
    public long Open => Sum(ending => ending.IsOpen);

    public long Refused => Sum(ending => ending.IsRefused);

    /// <summary>Connections that ended in this way, refused ones aside.</summary>
    public long Ended(FinOrder finOrder, Side? resetBy) =>
        Sum(ending => ending is { IsOpen: false, IsRefused: false } && ending.FinOrder == finOrder && ending.ResetBy == resetBy);

    private long Sum(Func<ConnectionEnding, bool> isWanted) => Endings.Where(ending => isWanted(ending.Key)).Sum(ending => ending.Value);
}
