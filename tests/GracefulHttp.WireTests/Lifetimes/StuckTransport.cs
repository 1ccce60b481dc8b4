using System.Net.Sockets;
using GracefulHttp.TestKit;
using GracefulHttp.WireTests.UsersStreams;

namespace GracefulHttp.WireTests.Lifetimes;

/// <summary>A <c>ConnectCallback</c> of the user's whose streams block whoever disposes them, until they are let go.</summary>
internal sealed class StuckTransport : IDisposable
{
    private readonly TaskCompletionSource _disposing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _released = new();

    /// <summary>Completes when somebody is blocked in <c>Dispose</c>.</summary>
    public Task Disposing => _disposing.Task;

    public bool IsReleased => _released.IsSet;

    public void Release() => _released.Set();

    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
        return new UsersStream(new NetworkStream(socket, ownsSocket: true)) { OnDispose = Block };
    }

    public void Dispose() => _released.Dispose();

    private void Block()
    {
        _disposing.TrySetResult();
        _released.Wait(Deadline.Default).ShouldBeTrue("the release of a stuck transport");
    }
}
