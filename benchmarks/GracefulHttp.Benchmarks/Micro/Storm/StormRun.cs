using GracefulHttp.Benchmarks.Compare;
using GracefulHttp.Benchmarks.Peer;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Micro.Storm;

/// <summary>Measures what requests that nobody abandons see of a storm of abandoned ones beside them, over HTTP/2.</summary>
internal sealed class StormRun(StormSettings settings, Action<string> progress)
{
    private static readonly MeasuredClient[] Clients = [MeasuredClient.Plain, MeasuredClient.Close, MeasuredClient.Drain];

    /// <summary>Before the load, so that the connection is there.</summary>
    private const int FirstRequests = 20;

    /// <summary>Before the first round: code is compiled by its first requests.</summary>
    private static readonly TimeSpan WarmUpTime = TimeSpan.FromMilliseconds(500);

    /// <param name="rows">Receives the rows when all rounds are over.</param>
    /// <param name="interrupted">Ends the run within the turn.</param>
    public async Task RunAsync(ICollection<StormRow> rows, CancellationToken interrupted)
    {
        await using PeerProcess peer = PeerProcess.Start();
        progress("warming up");
        foreach (MeasuredClient client in Clients)
        {
            await TurnAsync(peer, client, settings.CancelsPerSecond, WarmUpTime, interrupted);
        }

        StormTally[] tallies = [.. Clients.Select(client => new StormTally(client))];
        for (int round = 0; round < settings.Rounds; round++)
        {
            progress(FormattableString.Invariant($"round {round + 1} of {settings.Rounds}"));
            for (int turn = 0; turn < Clients.Length; turn++)
            {
                int client = (turn + round) % Clients.Length;
                StormTurn alone = await TurnAsync(peer, Clients[client], cancelsPerSecond: 0, settings.TurnTime, interrupted);
                StormTurn beside = await TurnAsync(peer, Clients[client], settings.CancelsPerSecond, settings.TurnTime, interrupted);
                tallies[client].Add(alone, beside);
            }
        }

        foreach (StormTally tally in tallies)
        {
            rows.Add(tally.ToRow());
        }
    }

    /// <summary>With a client and a server of its own, of which nothing is left afterwards.</summary>
    private async Task<StormTurn> TurnAsync(
        PeerProcess peer, MeasuredClient measured, int cancelsPerSecond, TimeSpan time, CancellationToken interrupted)
    {
        int port = await peer.OpenAsync(ServerKind.Kestrel, WireProtocol.H2);
        using ComparedClient client = measured.Create(WireProtocol.H2);
        var first = new StormLoad(client.Http, port, new StormTurn());
        for (int i = 0; i < FirstRequests; i++)
        {
            await first.AskAsync();
        }

        GC.Collect();
        ServerCounts before = await peer.ReadServerAsync(port);
        var turn = new StormTurn();
        await new StormLoad(client.Http, port, turn).RunAsync(time, settings.LivePerSecond, cancelsPerSecond, interrupted);
        client.Dispose();
        await client.WaitForIdleAsync();
        await new ServerWork(peer, port).WaitUntilDoneAsync();
        ServerCounts seen = (await peer.ReadServerAsync(port)).Since(before);
        turn.ConnectionsOpened = seen.ConnectionsAccepted;
        turn.StreamResets = seen.StreamResets;
        await peer.CloseAsync(port);
        return turn;
    }
}
