using GracefulHttp.Benchmarks.Peer;
using GracefulHttp.Benchmarks.Servers;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.Benchmarks.Micro.Overhead;

/// <summary>Measures every handler with every kind of request, in rounds in which each has its turn.</summary>
internal sealed class OverheadRun(OverheadSettings settings, Action<string> progress)
{
    private static readonly MeasuredHandler[] Handlers = Enum.GetValues<MeasuredHandler>();
    private static readonly TimeSpan ClosingLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(2);

    /// <summary>The runtime compiles with optimisation what was called often enough, once it has had this long to itself.</summary>
    private static readonly TimeSpan CompilePause = TimeSpan.FromMilliseconds(300);

    /// <param name="rows">Receives each row when it is measured; what is there when the run is interrupted is valid.</param>
    /// <param name="interrupted">Ends the run within the round.</param>
    public async Task RunAsync(ICollection<OverheadRow> rows, CancellationToken interrupted)
    {
        await using PeerProcess peer = PeerProcess.Start();
        foreach (WireProtocol protocol in settings.Protocols)
        {
            int port = await peer.OpenAsync(ServerKind.Blind, protocol);
            foreach (MeasuredCall call in Enum.GetValues<MeasuredCall>())
            {
                progress($"{protocol.Name()}: {call.Title()}");
                rows.Add(await MeasureAsync(protocol, call, port, interrupted));
            }

            await peer.CloseAsync(port);
        }
    }

    private async Task<OverheadRow> MeasureAsync(WireProtocol protocol, MeasuredCall call, int port, CancellationToken interrupted)
    {
        Uri url = MeasuredCaller.Url(protocol, port, call, OverheadSettings.DownloadSize);
        HandlerTally[] tallies = [.. Handlers.Select(handler => new HandlerTally(handler))];

        MeasuredCaller[] callers = await ConnectAsync(call, url, WarmUp(call));
        await Task.Delay(CompilePause, TimeProvider.System, interrupted);
        await CallAllAsync(callers, WarmUp(call));
        for (int round = 0; round < settings.Rounds; round++)
        {
            interrupted.ThrowIfCancellationRequested();

            // New connections for each round: one that the kernel treats better than another (its buffers grow by what it has
            // seen) would be better to the end. The old ones are waited for, or their ends would be measured too.
            await CloseAsync(callers, port);
            callers = await ConnectAsync(call, url, call == MeasuredCall.Download ? 1 : 20);
            for (int turn = 0; turn < Handlers.Length; turn++)
            {
                int handler = (turn + round) % Handlers.Length;
                await tallies[handler].MeasureAsync(callers[handler], settings.CallsPerRound(call));
            }
        }

        await CloseAsync(callers, port);
        return new OverheadRow(protocol, call, [.. tallies.Select(tally => tally.Against(tallies[0]))]);
    }

    private static int WarmUp(MeasuredCall call) => call == MeasuredCall.Download ? 3 : 500;

    private static async Task<MeasuredCaller[]> ConnectAsync(MeasuredCall call, Uri url, int warmUp)
    {
        MeasuredCaller[] callers = [.. Handlers.Select(handler => new MeasuredCaller(handler, call, url))];
        await CallAllAsync(callers, warmUp);
        return callers;
    }

    private static async Task CallAllAsync(MeasuredCaller[] callers, int calls)
    {
        foreach (MeasuredCaller caller in callers)
        {
            await caller.CallAsync(calls);
        }
    }

    private static async Task CloseAsync(MeasuredCaller[] callers, int port)
    {
        Array.ForEach(callers, caller => caller.Dispose());
        long start = TimeProvider.System.GetTimestamp();
        while (KernelSocketTable.OpenSockets(port) > 0 && TimeProvider.System.GetElapsedTime(start) < ClosingLimit)
        {
            await Task.Delay(PollInterval, TimeProvider.System);
        }
    }
}
