using System.Runtime.CompilerServices;

namespace GracefulHttp.Connections;

/// <summary>A CONNECT tunnel, which runs over a connection of ours, with the runtime's own stream between.</summary>
/// <remarks>
/// That connection is found by a read of zero bytes: the runtime hands it down on the same thread before anything else happens,
/// and the stream that is asked answers at once instead of waiting for data.
/// </remarks>
internal static class Tunnel
{
    [ThreadStatic]
    private static bool _asking;

    [ThreadStatic]
    private static ITunnelTransport? _answer;

    /// <summary>
    /// Null where the tunnel is not the runtime's. Only to be asked where what lies below is ours: another stream would take the
    /// question for a read.
    /// </summary>
    public static ITunnelTransport? FindTransport(Stream tunnel)
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

    /// <summary>
    /// Reads a session through a tunnel. The token is not handed down: the runtime's stream would end the tunnel with it, and no
    /// close_notify could be said any more.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<int> ReadAsync(
        Stream stream, ITunnelTransport transport, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        CancellationTokenRegistration registration =
            cancellationToken.UnsafeRegister(static state => ((ITunnelTransport)state!).InterruptReads(), transport);
        try
        {
            return await stream.ReadAsync(buffer, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested && e is IOException or OperationCanceledException)
        {
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
        finally
        {
            registration.Unregister();
        }
    }
}
