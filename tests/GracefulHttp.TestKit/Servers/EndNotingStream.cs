using System.Net.Sockets;

namespace GracefulHttp.TestKit.Servers;

/// <summary>
/// The stream below an <see cref="System.Net.Security.SslStream"/>, which reports the same end for a close_notify and for a
/// bare FIN. When it reports it and this one has not seen the FIN, it was a close_notify.
/// </summary>
internal sealed class EndNotingStream(Socket socket) : NetworkStream(socket, ownsSocket: false)
{
    public bool EndSeen { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await base.ReadAsync(buffer, cancellationToken);
        EndSeen |= read == 0 && !buffer.IsEmpty;
        return read;
    }
}
