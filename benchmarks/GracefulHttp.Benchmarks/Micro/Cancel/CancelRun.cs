using GracefulHttp.Benchmarks.Compare;
using GracefulHttp.Benchmarks.Peer;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Micro.Cancel;

/// <summary>Measures how long callers that leave wait for their exception, in rounds in which each client has its turn.</summary>
internal sealed class CancelRun(CancelSettings settings, Action<string> progress)
{
    private static readonly MeasuredClient[] Clients = Enum.GetValues<MeasuredClient>();

    /// <summary>The code of each strategy is compiled by its first requests.</summary>
    private const int WarmUpRounds = 2;

    /// <param name="rows">Receives each row when it is measured; what is there when the run is interrupted is valid.</param>
    /// <param name="interrupted">Ends the run within the round.</param>
    public async Task RunAsync(ICollection<CancelRow> rows, CancellationToken interrupted)
    {
        await using PeerProcess peer = PeerProcess.Start();
        foreach (WireProtocol protocol in settings.Protocols)
        {
            ServerKind server = protocol == WireProtocol.H2 ? ServerKind.Kestrel : ServerKind.Blind;
            foreach (RequestPhase phase in (RequestPhase[])[RequestPhase.Headers, RequestPhase.Body])
            {
                progress($"{protocol.Name()}: {phase.Title()}");
                int port = await peer.OpenAsync(server, protocol);
                rows.Add(await MeasureAsync(peer, protocol, phase, port, interrupted));
                await peer.CloseAsync(port);
            }
        }
    }

    private async Task<CancelRow> MeasureAsync(
        PeerProcess peer, WireProtocol protocol, RequestPhase phase, int port, CancellationToken interrupted)
    {
        CancelTally[] tallies = [.. Clients.Select(client => new CancelTally(client))];
        for (int round = -WarmUpRounds; round < settings.Rounds; round++)
        {
            for (int turn = 0; turn < Clients.Length; turn++)
            {
                int client = (turn + round + WarmUpRounds) % Clients.Length;
                LatencyHistogram latencies = await TurnAsync(peer, Clients[client], protocol, phase, port, interrupted);
                if (round >= 0)
                {
                    tallies[client].Add(latencies);
                }
            }
        }

        return new CancelRow(protocol, phase, [.. tallies.Select(tally => tally.Against(tallies[0]))]);
    }

    /// <summary>All requests wait at the server before the first is abandoned, and nothing of them is left afterwards.</summary>
    private async Task<LatencyHistogram> TurnAsync(
        PeerProcess peer, MeasuredClient measured, WireProtocol protocol, RequestPhase phase, int port, CancellationToken interrupted)
    {
        var work = new ServerWork(peer, port);
        Uri url = protocol.Url(port, AnswerScript.HeldQuery(phase.Name()));
        using ComparedClient client = measured.Create(protocol);
        CancelledCaller[] callers = [.. Enumerable.Range(0, settings.Cancels).Select(_ => new CancelledCaller(client.Http, url))];
        await work.WaitUntilHeldAsync([.. callers.Select(caller => caller.Call)], interrupted);
        foreach (CancelledCaller caller in phase == RequestPhase.Body ? callers : [])
        {
            await caller.WaitUntilReadingAsync();
        }

        // A collection of what connecting has left would be somebody's 99th percentile.
        GC.Collect();
        var latencies = new LatencyHistogram();
        foreach (CancelledCaller caller in callers)
        {
            latencies.Record(await caller.CancelAsync());
            caller.Dispose();
        }

        await peer.ReleaseAsync(port);
        await work.WaitUntilDoneAsync();
        client.Dispose();
        await client.WaitForIdleAsync();
        return latencies;
    }
}
