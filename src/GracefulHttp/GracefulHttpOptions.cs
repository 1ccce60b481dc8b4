namespace GracefulHttp;

/// <summary>What becomes of the requests of one client when their callers leave.</summary>
public sealed class GracefulHttpOptions : GracefulCloseOptions
{
    /// <summary>Creates options with the defaults.</summary>
    public GracefulHttpOptions()
    {
    }

    internal GracefulHttpOptions(GracefulHttpOptions other)
        : base(other)
    {
        Enabled = other.Enabled;
        Strategy = other.Strategy;
        DrainTimeout = other.DrainTimeout;
        MaxDrainSize = other.MaxDrainSize;
        MaxConcurrentDrains = other.MaxConcurrentDrains;
        Http2ResetBurst = other.Http2ResetBurst;
        Http2ResetsPerSecond = other.Http2ResetsPerSecond;
        ShutdownTimeout = other.ShutdownTimeout;
        StrategySelector = other.StrategySelector;
    }

    /// <summary>Whether anything is done at all.</summary>
    /// <value>Default: <see langword="true"/>. With <see langword="false"/> the handler passes requests on untouched.</value>
    public bool Enabled { get; set; } = true;

    /// <summary>The rung on which an abandoned request starts.</summary>
    /// <value>Default: <see cref="AbandonStrategy.Drain"/>.</value>
    public AbandonStrategy Strategy { get; set; } = AbandonStrategy.Drain;

    /// <summary>The longest time a drain takes, counted from the moment the caller leaves. Then the connection is closed.</summary>
    /// <value>
    /// More than zero, at most one day; an infinite wait is refused. Default: 2 s
    /// (<see cref="SocketsHttpHandler.ResponseDrainTimeout"/>).
    /// </value>
    /// <remarks>The server learns that nobody waits for it this much later than with <see cref="AbandonStrategy.Close"/>.</remarks>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The most bytes of an answer's body that a drain reads, counted as the caller would have read them (decompressed).</summary>
    /// <value>0 or more, in bytes. Default: 1 MiB (<see cref="SocketsHttpHandler.MaxResponseDrainSize"/>).</value>
    /// <remarks>Where more than this is known to be left, the connection is closed at once instead.</remarks>
    public long MaxDrainSize { get; set; } = 1024 * 1024;

    /// <summary>The most drains of this handler that run at the same time.</summary>
    /// <value>0 or more. Default: 1000. With 0 every abandoned request starts at <see cref="AbandonStrategy.Close"/>.</value>
    /// <remarks>
    /// When all are taken, the newest is refused and its connection is closed. Where <see cref="SocketsHttpHandler.MaxConnectionsPerServer"/>
    /// is finite, drains also hold at most half (rounded up) of the connections to a server, or to an HTTP proxy.
    /// </remarks>
    public int MaxConcurrentDrains { get; set; } = 1000;

    /// <summary>The most HTTP/2 streams of one origin that may be reset in a burst.</summary>
    /// <value>0 or more. Default: 16.</value>
    /// <remarks>
    /// Servers close the connection of a client that resets too much (CVE-2023-44487). Beyond the first three, resets also stay
    /// under half of the origin's completed streams. Where no reset is left, an abandoned stream is let run instead, at most for
    /// <see cref="DrainTimeout"/>; not one that may be uploading still, which is reset whatever the budget. Handlers over the same
    /// <see cref="SocketsHttpHandler"/> share the budget, with the options of the first.
    /// </remarks>
    public int Http2ResetBurst { get; set; } = 16;

    /// <summary>How fast the reset budget of an origin fills up again.</summary>
    /// <value>0 or more, per second. Default: 1.</value>
    public double Http2ResetsPerSecond { get; set; } = 1;

    /// <summary>
    /// The longest time that a host that has stopped, or a container that is disposed asynchronously, waits until the closing
    /// connections and drains of this client have ended.
    /// </summary>
    /// <value>More than zero, at most one day; the host's own <c>ShutdownTimeout</c> ends it too. Default: 5 s.</value>
    /// <remarks>Only with <c>AddGracefulHttp</c>. What is left then ends with the process: the kernel answers what still comes with RST.</remarks>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Chooses the strategy of a request when it is sent; <see langword="null"/> stands for <see cref="Strategy"/>.</summary>
    /// <value>Default: <see langword="null"/>.</value>
    /// <remarks>
    /// Called once for each request that has no <see cref="GracefulHttpRequestMessageExtensions.AbandonStrategyKey"/>, on the
    /// caller's path; what it throws is thrown to the caller, and nothing is sent. A value that is no strategy stands for
    /// <see cref="AbandonStrategy.Close"/>.
    /// </remarks>
    public Func<HttpRequestMessage, AbandonStrategy?>? StrategySelector { get; set; }
}
