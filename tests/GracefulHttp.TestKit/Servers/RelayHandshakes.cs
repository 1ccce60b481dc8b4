using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;

namespace GracefulHttp.TestKit.Servers;

/// <summary>How a <see cref="RelayServer"/> learns what to connect to. Each gives null when the client leaves before it has said so.</summary>
public static class RelayHandshakes
{
    /// <summary>No handshake.</summary>
    public static Func<Stream, CancellationToken, Task<EndPoint?>> To(int port) =>
        (_, _) => Task.FromResult<EndPoint?>(new IPEndPoint(IPAddress.Loopback, port));

    /// <summary>An HTTP proxy's CONNECT (RFC 9110 §9.3.6), to a port of loopback whatever the host. Held before its answer where there is a sync point.</summary>
    public static Func<Stream, CancellationToken, Task<EndPoint?>> HttpConnect(SyncPoint? held = null) => async (client, cancellationToken) =>
    {
        FinBlindRequest? request = await new Http1RequestReader(client).ReadAsync(_ => Task.CompletedTask, cancellationToken);
        if (request is null)
        {
            return null;
        }

        await (held?.ArriveAsync() ?? Task.CompletedTask);
        await client.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 Connection established\r\n\r\n"), cancellationToken);
        return new IPEndPoint(IPAddress.Loopback, int.Parse(request.Target.Split(':')[^1], CultureInfo.InvariantCulture));
    };

    /// <summary>SOCKS 5 (RFC 1928) without authentication, to a port of loopback whatever the host.</summary>
    public static Func<Stream, CancellationToken, Task<EndPoint?>> Socks5() => async (client, cancellationToken) =>
    {
        try
        {
            // VER, NMETHODS, METHODS.
            byte[] methods = await ReadAsync(2);
            await ReadAsync(methods[1]);
            await client.WriteAsync(new byte[] { 5, 0 }, cancellationToken);

            // VER, CMD, RSV, ATYP, the address (with its length before it, where it is a name), the port.
            byte[] request = await ReadAsync(4);
            int addressLength = request[3] switch { 1 => 4, 4 => 16, _ => (await ReadAsync(1))[0] };
            await ReadAsync(addressLength);
            int port = BinaryPrimitives.ReadUInt16BigEndian(await ReadAsync(2));
            await client.WriteAsync(new byte[] { 5, 0, 0, 1, 127, 0, 0, 1, 0, 0 }, cancellationToken);
            return new IPEndPoint(IPAddress.Loopback, port);
        }
        catch (EndOfStreamException)
        {
            return null;
        }

        async Task<byte[]> ReadAsync(int count)
        {
            byte[] bytes = new byte[count];
            await client.ReadExactlyAsync(bytes, cancellationToken);
            return bytes;
        }
    };
}
