using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace GracefulHttp.TestKit.Servers;

/// <summary>One connection of a <see cref="RelayServer"/>.</summary>
public sealed class RelayConnection
{
    private readonly Socket _client;
    private readonly Action<ReadOnlyMemory<byte>>? _tap;
    private readonly TaskCompletionSource<PeerEnding> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal RelayConnection(Socket client, Action<ReadOnlyMemory<byte>>? tap)
    {
        _client = client;
        _tap = tap;
    }

    /// <summary>How the client ended it, on its connection to the relay. Completes when both directions are through.</summary>
    public Task<PeerEnding> Ended => _ended.Task;

    internal async Task RunAsync(
        Func<Stream, CancellationToken, Task<EndPoint?>> handshake, SslProtocols tls, CancellationToken disposing)
    {
        using Socket client = _client;
        PeerEnding ending = PeerEnding.None;
        try
        {
            await using var transport = new EndNotingStream(_client);
            if (tls == SslProtocols.None)
            {
                ending = await RelayAsync(transport, transport, handshake, disposing);
            }
            else
            {
                await using var session = new SslStream(transport);
                await session.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions { ServerCertificate = TestCertificate.Instance, EnabledSslProtocols = tls },
                    disposing);
                ending = await RelayAsync(transport, session, handshake, disposing);
            }
        }
        catch (OperationCanceledException) when (disposing.IsCancellationRequested)
        {
            // Nobody has ended it.
        }
        catch (Exception e) when (FinBlindConnection.IsPeerGone(e))
        {
            ending = PeerEnding.Reset;
        }
        finally
        {
            _ended.SetResult(ending);
        }
    }

    private async Task<PeerEnding> RelayAsync(
        EndNotingStream transport, Stream client, Func<Stream, CancellationToken, Task<EndPoint?>> handshake, CancellationToken disposing)
    {
        if (await handshake(client, disposing) is not { } target)
        {
            return PeerEnding.Fin;
        }

        using var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(target, disposing);
        await using var origin = new NetworkStream(socket);
        Task<PeerEnding> toOrigin = ToOriginAsync(transport, client, origin, disposing);
        bool reset = !await ToClientAsync(origin, client, disposing);
        PeerEnding ending = await toOrigin;

        // After a FIN has been read no read reports a later RST, but the socket keeps it as its pending error.
        reset |= (int)_client.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)! != 0;
        return reset ? PeerEnding.Reset : ending;
    }

    /// <summary>Whatever the client does to end its connection, the origin sees a FIN.</summary>
    private async Task<PeerEnding> ToOriginAsync(EndNotingStream transport, Stream client, NetworkStream origin, CancellationToken disposing)
    {
        byte[] buffer = new byte[16 * 1024];
        PeerEnding ending;
        try
        {
            while (await client.ReadAsync(buffer, disposing) is > 0 and int count)
            {
                _tap?.Invoke(buffer.AsMemory(0, count));
                await origin.WriteAsync(buffer.AsMemory(0, count), disposing);
            }

            ending = transport.EndSeen ? PeerEnding.Fin : PeerEnding.CloseNotifyThenFin;
            while (!transport.EndSeen && await transport.ReadAsync(buffer, disposing) > 0)
            {
            }
        }
        catch (Exception e) when (FinBlindConnection.IsPeerGone(e))
        {
            ending = PeerEnding.Reset;
        }

        origin.Socket.Shutdown(SocketShutdown.Send);
        return ending;
    }

    /// <summary>Passes on until the origin's FIN; false where the client did not take it.</summary>
    private async Task<bool> ToClientAsync(NetworkStream origin, Stream client, CancellationToken disposing)
    {
        byte[] buffer = new byte[16 * 1024];
        bool taken = true;
        while (await origin.ReadAsync(buffer, disposing) is > 0 and int count)
        {
            try
            {
                await (taken ? client.WriteAsync(buffer.AsMemory(0, count), disposing) : ValueTask.CompletedTask);
            }
            catch (Exception e) when (FinBlindConnection.IsPeerGone(e))
            {
                taken = false;
            }
        }

        try
        {
            await (client is SslStream session ? session.ShutdownAsync() : Task.CompletedTask);
            _client.Shutdown(SocketShutdown.Send);
            return taken;
        }
        catch (Exception e) when (FinBlindConnection.IsPeerGone(e))
        {
            return false;
        }
    }
}
