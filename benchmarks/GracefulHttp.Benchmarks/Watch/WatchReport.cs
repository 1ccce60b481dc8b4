using System.Globalization;

namespace GracefulHttp.Benchmarks.Watch;

/// <summary>The summary as text.</summary>
internal sealed class WatchReport(WatchSummary summary, TimeSpan duration, long lost)
{
    private const int MostPeers = 20;

    private static readonly (FinOrder Order, string Title)[] Rows =
    [
        (FinOrder.Client, "client's FIN first"),
        (FinOrder.Server, "server's FIN first"),
        (FinOrder.Crossed, "FINs crossed"),
        (FinOrder.Nobody, "no FIN"),
    ];

    public IEnumerable<string> Lines()
    {
        yield return Text($"connections: {summary.Connections:#,0} in {duration.TotalSeconds:0.0} s, seen from the middle on: {summary.SeenFromTheMiddle:#,0}");
        if (lost > 0)
        {
            yield return Text($"{lost:#,0} segments were LOST: they came faster than they could be shown, and all counts are too low");
        }

        yield return "";
        yield return $"{"ended by",-20}{"no RST",12}{"client's RST",14}{"server's RST",14}";
        foreach ((FinOrder order, string title) in Rows)
        {
            yield return Text(
                $"{title,-20}{Number(order, null),12}{Number(order, Side.Client),14}{Number(order, Side.Server),14}");
        }

        yield return Text($"{"refused",-20}{"",12}{"",14}{summary.Refused,14:#,0}");
        yield return Text($"{"not ended",-20}{summary.Open,12:#,0}");
        yield return "";
        yield return Text($"RSTs: {summary.ClientResets:#,0} from clients, {summary.ServerResets:#,0} from servers");
        foreach (string line in Peers())
        {
            yield return line;
        }
    }

    private IEnumerable<string> Peers()
    {
        (WatchedPeer Peer, PeerTotals Totals)[] resetting =
        [
            .. summary.Peers.Where(peer => peer.Value.Resets > 0).OrderByDescending(peer => peer.Value.Resets).Select(peer => (peer.Key, peer.Value)),
        ];
        foreach ((WatchedPeer peer, PeerTotals totals) in resetting.Take(MostPeers))
        {
            yield return Text(
                $"  client {peer.Client}, server {peer.Server}: {totals.ClientResets:#,0} from the client, {totals.ServerResets:#,0} from the server; connections: {totals.Connections:#,0}");
        }

        long rest = resetting.Skip(MostPeers).Sum(peer => peer.Totals.Resets) + summary.OtherPeers.Resets;
        if (rest > 0)
        {
            yield return Text($"  others: {rest:#,0}");
        }
    }

    /// <summary>Without FIN and RST a connection has not ended; that cell stays empty.</summary>
    private string Number(FinOrder order, Side? resetBy) =>
        order == FinOrder.Nobody && resetBy is null ? "" : Text($"{summary.Ended(order, resetBy):#,0}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
