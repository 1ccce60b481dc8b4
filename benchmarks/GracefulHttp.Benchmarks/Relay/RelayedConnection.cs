using System.Net.Sockets;

namespace GracefulHttp.Benchmarks.Relay;

/// <summary>A client's connection to the relay and the relay's to the server, as if they were one. Bytes, FINs and RSTs take the link's time.</summary>
internal sealed class RelayedConnection(Socket client, Socket server, Link up, Link down, long notBefore)
{
    /// <summary>Relays until both have ended. Disposes both sockets.</summary>
    public async Task RunAsync(CancellationToken disposing)
    {
        var toServer = new DelayLine(client, server, up, notBefore);
        var toClient = new DelayLine(server, client, down, notBefore: 0);
        try
        {
            await Task.WhenAll(
                toServer.TakeInAsync(),
                toClient.TakeInAsync(),
                EndAsync(toServer, toClient, down, disposing),
                EndAsync(toClient, toServer, up, disposing));
        }
        catch (OperationCanceledException) when (disposing.IsCancellationRequested)
        {
            // The relay ends, and with it what it carries.
        }
        finally
        {
            toServer.Discard();
            toClient.Discard();
            client.Dispose();
            server.Dispose();
        }
    }

    private async Task EndAsync(DelayLine line, DelayLine opposite, Link backwards, CancellationToken disposing)
    {
        try
        {
            LineEnding ending = await line.GiveOutAsync(() => opposite.FinTaken, disposing);
            if (ending == LineEnding.Fin)
            {
                return;
            }

            if (ending == LineEnding.SinkReset)
            {
                long arrival = backwards.Carry(0);
                await backwards.UntilAsync(arrival, disposing);
                backwards.Delivered();
            }

            Reset();
        }
        catch (OperationCanceledException)
        {
            // What is still taken in ends with its socket.
            Reset();
            throw;
        }
    }

    /// <summary>RST to whoever has not been reset and has not ended both ways. What is pending on the sockets ends with it.</summary>
    private void Reset()
    {
        foreach (Socket socket in (Socket[])[client, server])
        {
            try
            {
                socket.LingerState = new LingerOption(true, 0);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                continue; // It is gone.
            }

            socket.Close(0);
        }
    }
}
