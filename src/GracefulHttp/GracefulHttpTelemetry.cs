namespace GracefulHttp;

/// <summary>The names under which GracefulHttp reports what it does.</summary>
/// <remarks>
/// <para>
/// Unless it says otherwise, an instrument of requests carries the runtime's tags <c>url.scheme</c>, <c>server.address</c> and
/// <c>server.port</c> (of the request's URI) and <c>http.request.method</c> (<c>_OTHER</c> for one that is not known); one of
/// connections carries <c>server.address</c> and <c>server.port</c> of what was connected to, a proxy perhaps.
/// </para>
/// <para>Nothing is computed while nobody listens.</para>
/// </remarks>
public static class GracefulHttpTelemetry
{
    /// <summary>The name of the meter and of the activity source, and the category of the logs: <c>GracefulHttp</c>.</summary>
    public const string Name = "GracefulHttp";

    /// <summary>
    /// The name of a second meter, with <see cref="HostResetsSent"/> only: <c>GracefulHttp.Host</c>. Whoever wants that number adds
    /// this meter.
    /// </summary>
    /// <remarks>
    /// One for the process, without an <see cref="System.Diagnostics.Metrics.IMeterFactory"/>; it is there when the first handler has sent a request
    /// or <see cref="GracefulSocketsHttpHandlerExtensions.UseGracefulClose"/> was called, on systems that tell the number.
    /// </remarks>
    public const string HostMeterName = "GracefulHttp.Host";

    /// <summary>Counter of <c>{request}</c>: requests whose caller has left, when they have ended, by outcome and phase.</summary>
    /// <remarks>
    /// Also <c>network.protocol.version</c> where an answer came, and <c>error.type</c> where it failed by itself.
    /// <list type="table">
    /// <listheader><term>outcome</term><description>what became of it</description></listheader>
    /// <item><term><c>drained</c></term><description>the answer was read to its end, and its connection kept where the protocol allows it</description></item>
    /// <item><term><c>drain_timeout</c></term><description>closed: the drain took longer than <see cref="GracefulHttpOptions.DrainTimeout"/></description></item>
    /// <item><term><c>drain_size</c></term><description>closed: the answer is larger than <see cref="GracefulHttpOptions.MaxDrainSize"/></description></item>
    /// <item><term><c>drain_refused</c></term><description>closed: all drains were taken</description></item>
    /// <item><term><c>not_sent</c></term><description>it had not been sent, and never will be</description></item>
    /// <item><term><c>closed</c></term><description>as its strategy says, or because nothing else is right where it was</description></item>
    /// <item><term><c>would_act</c></term><description>closed: its answer would have acted on the caller's behalf, by a redirect, a challenge or a cookie</description></item>
    /// <item><term><c>aborted</c></term><description>as its strategy says: without grace</description></item>
    /// <item><term><c>failed</c></term><description>it failed by itself, as a peer's reset makes it</description></item>
    /// </list>
    /// </remarks>
    public const string RequestsAbandoned = "graceful_http.requests.abandoned";

    /// <summary>
    /// Counter of <c>{request}</c>: what was not sent because its caller had left, by <see cref="Reason"/>. At most one for each
    /// abandoned request.
    /// </summary>
    /// <remarks>
    /// <list type="table">
    /// <listheader><term>reason</term><description>what was kept</description></listheader>
    /// <item><term><c>queue</c></term><description>the request itself, which waited in the pool's queue or for a connection</description></item>
    /// <item><term><c>redirect</c></term><description>the next hop: the answer had a <c>Location</c></description></item>
    /// <item><term><c>authentication</c></term><description>the request again with credentials: the answer had a challenge</description></item>
    /// <item><term><c>retry</c></term><description>the request again over another connection</description></item>
    /// </list>
    /// </remarks>
    public const string RequestsUnsent = "graceful_http.requests.unsent";

    /// <summary>Up-down counter of <c>{request}</c>: abandoned requests that are being drained.</summary>
    public const string DrainsActive = "graceful_http.drains.active";

    /// <summary>Histogram of <c>s</c>: from the moment the caller left to the end of a drain, by outcome.</summary>
    /// <remarks>Also <c>network.protocol.version</c> and <c>error.type</c>, as <see cref="RequestsAbandoned"/>. What was never drained is not in it.</remarks>
    public const string DrainDuration = "graceful_http.drain.duration";

    /// <summary>Histogram of <c>By</c>: how much of the body a drain has read and thrown away, by outcome.</summary>
    /// <remarks>Counted as the caller would have read it, decompressed. The same tags as <see cref="DrainDuration"/>.</remarks>
    public const string DrainSize = "graceful_http.drain.size";

    /// <summary>Counter of <c>{stream}</c>: HTTP/2 streams of abandoned requests that were ended with RST_STREAM, by outcome of the request.</summary>
    /// <remarks>
    /// Outcomes as in <see cref="RequestsAbandoned"/>. Over a handler that is not a <see cref="SocketsHttpHandler"/> with our hooks, a request that
    /// had no answer yet is taken to be on a stream where its version says so.
    /// </remarks>
    public const string StreamsReset = "graceful_http.streams.reset";

    /// <summary>Counter of <c>{connection}</c>: connections that have ended, by outcome.</summary>
    /// <remarks>
    /// <list type="table">
    /// <listheader><term>outcome</term><description>what the wire showed</description></listheader>
    /// <item><term><c>closed</c></term><description>our FIN and the peer's; over TLS close_notify before it</description></item>
    /// <item><term><c>linger_timeout</c></term><description>our FIN, but none from the peer within <see cref="GracefulCloseOptions.LingerTimeout"/>; data that it sends later draws an RST</description></item>
    /// <item><term><c>linger_size</c></term><description>our FIN, then RST: the peer sent more than <see cref="GracefulCloseOptions.MaxLingerSize"/></description></item>
    /// <item><term><c>linger_evicted</c></term><description>our FIN; cut because more than <see cref="GracefulCloseOptions.MaxLingeringConnections"/> lingered; later data draws an RST</description></item>
    /// <item><term><c>linger_refused</c></term><description>RST: no connection may linger (a count of 0)</description></item>
    /// <item><term><c>send_stuck</c></term><description>RST: our FIN stood behind data that the peer did not take within the linger timeout</description></item>
    /// <item><term><c>peer_reset</c></term><description>the peer's RST</description></item>
    /// <item><term><c>aborted</c></term><description>FIN, and RST for whatever came or was left unread: the request's strategy was <see cref="AbandonStrategy.Abort"/>, or an unexpected error, which is logged, kept it from lingering</description></item>
    /// <item><term><c>not_connected</c></term><description>a connection attempt that was given up with its SYN on the wire, and then failed</description></item>
    /// </list>
    /// </remarks>
    public const string ConnectionsClosed = "graceful_http.connections.closed";

    /// <summary>Up-down counter of <c>{connection}</c>: connections that have been disposed and are still being closed. Without tags.</summary>
    public const string ConnectionsClosing = "graceful_http.connections.closing";

    /// <summary>
    /// Counter of <c>{connection}</c>: connections that this library had to end with RST, by outcome: <c>linger_size</c>,
    /// <c>linger_refused</c>, <c>send_stuck</c>.
    /// </summary>
    /// <remarks>
    /// A part of <see cref="ConnectionsClosed"/>. Other outcomes may draw an RST from the kernel, by what a peer sends later; it is in
    /// <see cref="HostResetsSent"/>.
    /// </remarks>
    public const string ConnectionsReset = "graceful_http.connections.reset";

    /// <summary>
    /// Observable counter of <c>{segment}</c>: TCP segments with RST that the host has sent, in the network namespace of this process; every
    /// process and both directions. Opt-in: of the meter <see cref="HostMeterName"/>. Without tags.
    /// </summary>
    public const string HostResetsSent = "graceful_http.host.tcp.resets_sent";

    /// <summary>Activity: an abandoned request is drained. A root, linked to the activity in which the request was sent.</summary>
    /// <remarks>
    /// Tags as <see cref="RequestsAbandoned"/>, and <see cref="Discarded"/>. Status: ok where it was drained, error where it failed
    /// or a budget ended it.
    /// </remarks>
    public const string DrainActivity = "drain";

    /// <summary>
    /// Activity: a connection that an abandoned request has left behind is closed, from its disposal to the peer's FIN. A root, linked to
    /// the activity in which the request was sent. Not over HTTP/2, whose connections outlive their requests.
    /// </summary>
    /// <remarks>
    /// Tags as <see cref="ConnectionsClosed"/>, and <see cref="Discarded"/>. Status: ok where it was closed, error where it could not
    /// be graceful.
    /// </remarks>
    public const string CloseActivity = "close";

    /// <summary>The tag with the outcome, with the names that the logs use too.</summary>
    /// <remarks>
    /// The runtime's own <c>http.client.request.duration</c> carries it too, as <see cref="Abandoned"/>, for a request that was let run
    /// without its caller.
    /// </remarks>
    public const string Outcome = "graceful_http.outcome";

    /// <summary>The tag that tells where a request was when its caller left: <c>not_sent</c>, <c>sending</c>, <c>waiting_for_headers</c>, <c>reading_body</c>.</summary>
    /// <remarks>Where it is not known whether it had been sent, as over a handler of another make, it is taken to have been.</remarks>
    public const string Phase = "graceful_http.phase";

    /// <summary>The tag of <see cref="RequestsUnsent"/> with the reason.</summary>
    public const string Reason = "graceful_http.reason";

    /// <summary>The tag of activities with the number of bytes that were read and thrown away.</summary>
    public const string Discarded = "graceful_http.discarded";

    /// <summary>
    /// The outcome on the runtime's <c>http.client.request.duration</c>: the caller had left before the headers came. Where the answer is
    /// no error, <c>error.type</c> is <c>System.Threading.Tasks.TaskCanceledException</c> there, as for a request that was cancelled.
    /// </summary>
    public const string Abandoned = "abandoned";

    /// <summary>Counter of <c>{attempt}</c>: attempts of <see cref="GracefulRetryHandler"/> that have ended, by outcome and number.</summary>
    /// <remarks>
    /// The tag <c>http.request.resend_count</c> is 0 for the first attempt of a call.
    /// <list type="table">
    /// <listheader><term>outcome</term><description>what became of it</description></listheader>
    /// <item><term><c>answered</c></term><description>the caller got its answer, within the attempt time-out</description></item>
    /// <item><term><c>answered_late</c></term><description>the caller got its answer, after the attempt time-out</description></item>
    /// <item><term><c>failed</c></term><description>a transient failure</description></item>
    /// <item><term><c>timed_out</c></term><description>ended by a time-out: the total one or, with <see cref="GracefulRetryOptions.AcceptLateResponses"/> off, its own</description></item>
    /// <item><term><c>abandoned</c></term><description>another attempt answered first, or the caller left</description></item>
    /// </list>
    /// </remarks>
    public const string RetryAttempts = "graceful_http.retry.attempts";

    /// <summary>Counter of <c>{retry}</c>: retries that were wanted and not made, because the budget of the server was empty.</summary>
    public const string RetriesRefused = "graceful_http.retry.refused";

    /// <summary>Counter of <c>{attempt}</c>: answers that came after the attempt time-out and were used.</summary>
    public const string LateAnswers = "graceful_http.retry.late_answers";
}
