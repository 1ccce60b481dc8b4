using GracefulHttp.Benchmarks.Peer;
using GracefulHttp.Benchmarks.Servers;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.Benchmarks.Micro.Linger;

/// <summary>Lets many connections linger at once, against a server that neither answers nor closes, and looks at the process.</summary>
internal sealed class LingerRun(LingerSettings settings, Action<string> progress)
{
    private const int WarmUpConnections = 200;

    private static readonly TimeSpan WarmUpLinger = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Beyond the linger time-out: whoever is left then is left for good.</summary>
    private static readonly TimeSpan GoneLimit = TimeSpan.FromSeconds(30);

    /// <param name="rows">Receives each row when it is measured; what is there when the run is interrupted is valid.</param>
    /// <param name="interrupted">Ends the run.</param>
    public async Task RunAsync(ICollection<LingerRow> rows, CancellationToken interrupted)
    {
        using var outcomes = new LingerOutcomes();
        await using PeerProcess peer = PeerProcess.Start();
        foreach (WireProtocol protocol in settings.Protocols)
        {
            await WarmUpAsync(peer, protocol, interrupted);
            outcomes.Take();
            rows.Add(await MeasureAsync(peer, protocol, outcomes, interrupted));
        }
    }

    /// <summary>What the first connections of a process leave behind for good is not theirs.</summary>
    private async Task WarmUpAsync(PeerProcess peer, WireProtocol protocol, CancellationToken interrupted)
    {
        progress($"{protocol.Name()}: warming up");
        int port = await peer.OpenAsync(ServerKind.Blind, protocol);
        using var client = new LingeringClient(WarmUpConnections, WarmUpLinger);
        using (var requests = new HeldRequests(client.Http, protocol.Url(port, AnswerScript.HoldQuery), new ServerWork(peer, port)))
        {
            await requests.SendAsync(Math.Min(WarmUpConnections, settings.Connections), interrupted);
            await requests.AbandonAsync();
        }

        await client.WaitForIdleAsync(GoneLimit, interrupted);
        await peer.CloseAsync(port);
    }

    private async Task<LingerRow> MeasureAsync(
        PeerProcess peer, WireProtocol protocol, LingerOutcomes outcomes, CancellationToken interrupted)
    {
        int port = await peer.OpenAsync(ServerKind.Blind, protocol);
        using var client = new LingeringClient(settings.Connections, settings.LingerTimeout);
        using var requests = new HeldRequests(client.Http, protocol.Url(port, AnswerScript.HoldQuery), new ServerWork(peer, port));
        ProcessState before = ProcessState.Read(port);
        progress($"{protocol.Name()}: opening {settings.Connections} connections");
        await requests.SendAsync(settings.Connections, interrupted);
        ProcessState waiting = ProcessState.Read(port);

        progress($"{protocol.Name()}: abandoning their requests");
        long abandonedAt = TimeProvider.System.GetTimestamp();
        await requests.AbandonAsync();
        while (KernelSocketTable.HalfClosedSockets(port) < settings.Connections
            && TimeProvider.System.GetElapsedTime(abandonedAt) < settings.LingerTimeout)
        {
            await Task.Delay(PollInterval, TimeProvider.System, interrupted);
        }

        ProcessState lingering = ProcessState.Read(port);
        int socketsAfterLook = ProcessState.CountSockets();
        progress($"{protocol.Name()}: waiting until they are gone");
        bool gone = await client.WaitForIdleAsync(settings.LingerTimeout + GoneLimit, interrupted);
        TimeSpan goneAfter = TimeProvider.System.GetElapsedTime(abandonedAt);
        client.Dispose();
        await client.WaitForIdleAsync(GoneLimit, interrupted);
        ProcessState after = ProcessState.Read(port);
        await peer.CloseAsync(port);
        return new LingerRow(
            protocol, settings.Connections, before, waiting, lingering, socketsAfterLook, after, gone ? goneAfter : null, outcomes.Take());
    }
}
