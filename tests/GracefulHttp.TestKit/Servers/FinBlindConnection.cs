using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace GracefulHttp.TestKit.Servers;

/// <summary>One connection of a <see cref="FinBlindServer"/>: requests and scripts in turn, then how it ended.</summary>
public sealed class FinBlindConnection
{
    private readonly FinBlindServer _server;
    private readonly Socket _socket;
    private readonly TaskCompletionSource<PeerEnding> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal FinBlindConnection(FinBlindServer server, Socket socket, int number)
    {
        _server = server;
        _socket = socket;
        Number = number;
        ClientPort = ((IPEndPoint)socket.RemoteEndPoint!).Port;
    }

    /// <summary>1 for the first that was accepted.</summary>
    public int Number { get; }

    /// <summary>The port by which a recorder knows it.</summary>
    public int ClientPort { get; }

    /// <summary>How much the kernel takes from a script that its client has not taken yet; as it stands that grows to megabytes.</summary>
    public int SendBufferSize
    {
        get => _socket.SendBufferSize;
        set => _socket.SendBufferSize = value;
    }

    /// <summary>How the client ended it. Completes when the server has let go of the connection.</summary>
    public Task<PeerEnding> Ended => _ended.Task;

    internal static bool IsPeerGone(Exception e) => e is IOException { InnerException: SocketException } or SocketException;

    internal async Task RunAsync(SslProtocols tls, CancellationToken disposing)
    {
        using Socket socket = _socket;
        PeerEnding ending = PeerEnding.None;
        try
        {
            ending = await ServeAsync(tls, disposing);
        }
        catch (OperationCanceledException) when (disposing.IsCancellationRequested)
        {
            // In the middle of a handshake.
        }
        catch (Exception e) when (IsPeerGone(e))
        {
            ending = PeerEnding.Reset;
        }
        finally
        {
            _ended.SetResult(ending);
        }
    }

    private async Task<PeerEnding> ServeAsync(SslProtocols tls, CancellationToken disposing)
    {
        await using var transport = new EndNotingStream(_socket);
        if (tls == SslProtocols.None)
        {
            return await ServeAsync(transport, transport, disposing);
        }

        await using var stream = new SslStream(transport);
        try
        {
            await stream.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions { ServerCertificate = TestCertificate.Instance, EnabledSslProtocols = tls },
                disposing);
        }
        catch (Exception e) when (e is IOException or AuthenticationException && transport.EndSeen)
        {
            return PeerEnding.Fin;
        }

        return await ServeAsync(transport, stream, disposing);
    }

    private async Task<PeerEnding> ServeAsync(EndNotingStream transport, Stream stream, CancellationToken disposing)
    {
        bool serverEnds = false;
        bool writeFailed = false;
        PeerEnding ending = PeerEnding.None;
        try
        {
            var reader = new Http1RequestReader(stream);
            while (!serverEnds && await reader.ReadAsync(ReadHeadAsync, disposing) is { } request && !serverEnds)
            {
                await AnswerAsync(request, _server.RunScriptAsync);
            }

            if (serverEnds && !writeFailed)
            {
                await SendEndAsync(stream);
            }

            ending = await ReadEndAsync(transport, stream, disposing);
        }
        catch (OperationCanceledException) when (disposing.IsCancellationRequested)
        {
            // Idle: the client has not ended this connection, so the server does.
        }
        catch (IOException) when (transport.EndSeen)
        {
            // The FIN came in the middle of a TLS record.
            ending = PeerEnding.Fin;
        }

        if (writeFailed || SocketWasReset())
        {
            return PeerEnding.Reset;
        }

        if (!serverEnds)
        {
            await SendEndAsync(stream);
        }

        return ending;

        async Task AnswerAsync(FinBlindRequest request, Func<FinBlindExchange, Task> script)
        {
            var exchange = new FinBlindExchange(this, transport, stream, request);
            await script(exchange);
            writeFailed |= exchange.WriteFault is not null;
            serverEnds |= exchange.EndsConnection || writeFailed;
        }

        Task ReadHeadAsync(FinBlindRequest head) => AnswerAsync(head, _server.RunHeadScriptAsync);
    }

    private static async Task<PeerEnding> ReadEndAsync(EndNotingStream transport, Stream stream, CancellationToken disposing)
    {
        byte[] buffer = new byte[4096];
        while (!transport.EndSeen && await stream.ReadAsync(buffer, disposing) > 0)
        {
        }

        if (transport.EndSeen)
        {
            return PeerEnding.Fin;
        }

        // The SslStream has reported an end that was not the socket's: a close_notify.
        try
        {
            while (await transport.ReadAsync(buffer, disposing) > 0)
            {
            }
        }
        catch (OperationCanceledException) when (disposing.IsCancellationRequested)
        {
            return PeerEnding.CloseNotify;
        }

        return PeerEnding.CloseNotifyThenFin;
    }

    /// <summary>After a FIN has been read no read reports a later RST, but the socket keeps it as its pending error.</summary>
    private bool SocketWasReset() => (int)_socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)! != 0;

    private async Task SendEndAsync(Stream stream)
    {
        if (stream is SslStream tls)
        {
            await tls.ShutdownAsync();
        }

        _socket.Shutdown(SocketShutdown.Send);
    }
}
