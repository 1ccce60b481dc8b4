namespace GracefulHttp.Connections;

/// <summary>Finds the connection of ours that a CONNECT tunnel runs over, where the runtime's own stream lies between.</summary>
/// <remarks>
/// It asks by a read of zero bytes: the runtime hands that down on the same thread before anything else happens, and the
/// stream that is asked answers at once instead of waiting for data.
/// </remarks>
internal static class TunnelProbe
{
    [ThreadStatic]
    private static bool _asking;

    [ThreadStatic]
    private static ITunnelTransport? _answer;

    /// <summary>
    /// Null where the tunnel is not the runtime's. Only to be asked where what lies below is ours: another stream would take the
    /// question for a read.
    /// </summary>
    public static ITunnelTransport? Find(Stream tunnel)
    {
        if (tunnel.GetType().Assembly != typeof(HttpClient).Assembly)
        {
            return null;
        }

        _asking = true;
        try
        {
            ValueTask<int> read = tunnel.ReadAsync(Memory<byte>.Empty);
            return read.IsCompletedSuccessfully && read.Result == 0 ? _answer : null;
        }
        finally
        {
            _asking = false;
            _answer = null;
        }
    }

    /// <summary>True where a zero-byte read is the question; it is answered with 0 then.</summary>
    public static bool TryAnswer(ITunnelTransport transport)
    {
        if (!_asking)
        {
            return false;
        }

        _answer = transport;
        return true;
    }
}
