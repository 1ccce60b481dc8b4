using System.Net.Sockets;

namespace GracefulHttp.Connections;

/// <summary>The end of a TLS session, before that of its connection.</summary>
internal static class TlsEnding
{
    /// <param name="tls">The session. Nobody uses it after this.</param>
    /// <param name="closing">The connection that ends.</param>
    /// <param name="quiesced">Whether its reads and writes are out; false where they may never be.</param>
    /// <param name="closer">Where what cannot be mended is reported.</param>
    public static async Task EndAsync(GracefulTlsStream tls, ClosingConnection closing, bool quiesced, ConnectionCloser closer)
    {
        try
        {
            if (quiesced)
            {
                // After a cut a read may be in flight all the same, and shutting the session down beside it would corrupt it.
                await tls.SendCloseNotifyAsync(closing).ConfigureAwait(false);
            }
            else
            {
                // Before the session is disposed under its operations, which is how they end without us.
                closing.Socket?.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception)
        {
            // The peer is gone, the session had failed (OpenSSL has exceptions of its own for that), or we were cut: what is
            // left is the FIN.
        }

        if (closing.Socket is null)
        {
            // The connection below has a closing of its own from here on; one connection shall not count twice.
            closer.Leave(closing);
        }

        try
        {
            tls.DisposeSession();
        }
        catch (Exception e)
        {
            // A stream of the user's that cannot be disposed does not keep the FIN from being sent.
            closer.Report(e);
        }
    }
}
