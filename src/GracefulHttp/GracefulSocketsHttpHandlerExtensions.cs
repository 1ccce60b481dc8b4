using GracefulHttp.Connections;
using GracefulHttp.Diagnostics;
using GracefulHttp.Validation;
using Microsoft.Extensions.Logging;

namespace GracefulHttp;

/// <summary>Makes the connections of a <see cref="SocketsHttpHandler"/> end gracefully.</summary>
public static class GracefulSocketsHttpHandlerExtensions
{
    /// <summary>
    /// Ends every connection of this handler with close_notify (TLS), FIN and a lingering read, whoever ends it: a cancelled
    /// request, the pool, or <c>Dispose</c>.
    /// </summary>
    /// <param name="handler">A handler that has not sent a request yet.</param>
    /// <param name="options">The budgets of a closing connection; copied. Defaults where <see langword="null"/>.</param>
    /// <param name="loggerFactory">Where each end is logged. Nothing is logged where <see langword="null"/>.</param>
    /// <returns><paramref name="handler"/>.</returns>
    /// <remarks>
    /// <para>
    /// Sets <see cref="SocketsHttpHandler.ConnectCallback"/> and <see cref="SocketsHttpHandler.PlaintextStreamFilter"/>; callbacks
    /// that were there before are called. Calling it again on the same handler changes nothing.
    /// The socket of a <see cref="System.Net.Sockets.NetworkStream"/> that a <see cref="SocketsHttpHandler.ConnectCallback"/>
    /// returns is taken over, and closed in the end, whether or not that stream owned it; over any other stream a TLS session
    /// still says close_notify, and the stream ends as its author made it end.
    /// </para>
    /// <para>
    /// HTTP/3 has no such hooks and is not changed. The bytes of a request and of its response are the same as without.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="handler"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An option is out of its bounds; the message names each.</exception>
    /// <exception cref="InvalidOperationException">The handler has already sent a request.</exception>
    /// <exception cref="ObjectDisposedException">The handler has been disposed.</exception>
    public static SocketsHttpHandler UseGracefulClose(
        this SocketsHttpHandler handler, GracefulCloseOptions? options = null, ILoggerFactory? loggerFactory = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var copy = new GracefulCloseOptions(options ?? new GracefulCloseOptions());
        OptionsValidation.ThrowIfInvalid(copy, nameof(options));
        if (GracefulConnector.Find(handler) is null)
        {
            ILogger logger = QuietLogger.Create(loggerFactory);
            GracefulConnector.Attach(handler, new ConnectionCloser(new CurrentOptions<GracefulCloseOptions>(copy), logger, handler.MeterFactory, TimeProvider.System));
        }

        return handler;
    }
}
