using GracefulHttp.Benchmarks.Peer;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Micro.Bench;

/// <summary>Benchmarks whose server is in a process of its own, so that what is allocated is the client's.</summary>
public abstract class ServedBenchmarks
{
    private PeerProcess? _peer;

    private protected int Port { get; private set; }

    private protected ServerWork Work { get; private set; } = null!;

    private protected void StartServer(WireProtocol protocol)
    {
        _peer = PeerProcess.Start();
        Port = Wait(_peer.OpenAsync(ServerKind.Blind, protocol));
        Work = new ServerWork(_peer, Port);
    }

    /// <summary>Answers what is held; returns when the server has done so.</summary>
    private protected async Task ReleaseAsync()
    {
        await _peer!.ReleaseAsync(Port);
        await Work.WaitUntilDoneAsync();
    }

    private protected void StopServer() => Wait(_peer!.DisposeAsync().AsTask());

    /// <summary>BenchmarkDotNet 0.14 awaits the benchmarks that it runs in its own process, but no set-up and no clean-up.</summary>
#pragma warning disable VSTHRD002 // There is no synchronisation context to deadlock on.
    private protected static void Wait(Task task) => task.GetAwaiter().GetResult();

    private protected static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
}
