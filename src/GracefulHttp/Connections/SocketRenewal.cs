using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace GracefulHttp.Connections;

/// <summary>Puts a connection into a <see cref="Socket"/> that has never been used.</summary>
/// <remarks>
/// A used one keeps the buffer of its last send, and the receive that was cancelled, with its buffer, stays in its queue until
/// something arrives: over 10 KB for a socket that only waits, where a new one takes 1 KB.
/// </remarks>
internal static class SocketRenewal
{
    private const int DuplicateCloseOnExec = 1030;

    /// <summary>
    /// Another socket on the same connection, for the caller to dispose instead; the given one can be disposed without ending
    /// anything. Null where the system cannot, or has no descriptor left.
    /// </summary>
    /// <remarks>The connection must have been shut down for sending, and no operation be in flight.</remarks>
    /// <exception cref="ObjectDisposedException">The socket was disposed.</exception>
    public static Socket? TryRenew(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        int copy = Duplicate(socket.SafeHandle, DuplicateCloseOnExec, 0);
        if (copy < 0)
        {
            return null;
        }

        var renewed = new Socket(new SafeSocketHandle(copy, ownsHandle: true));
        try
        {
            // Nothing happens on the wire. But the runtime resets a connection that is disposed with a receive pending and
            // was, as far as this socket knows, never shut down.
            renewed.Shutdown(SocketShutdown.Send);
            return renewed;
        }
        catch (SocketException)
        {
            // The peer has reset the connection: the old socket will tell.
            renewed.Dispose();
            return null;
        }
    }

    [DllImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Duplicate(SafeSocketHandle descriptor, int command, int atLeast);
}
