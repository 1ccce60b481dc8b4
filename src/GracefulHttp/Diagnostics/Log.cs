using Microsoft.Extensions.Logging;

namespace GracefulHttp.Diagnostics;

/// <summary>Every message of the library. Ids are never reused: 1–99 requests, 100–199 connections, 200–299 clients of a factory, 300–399 retries, 900–999 the library itself.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Debug, "A {Method} to {Host}:{Port}, abandoned in phase {Phase} under {Strategy}, ended as {Outcome} after {Duration}, {Discarded} bytes discarded.", EventName = "RequestEnded")]
    public static partial void RequestEnded(
        ILogger logger, string method, string host, int port, string phase, AbandonStrategy strategy, string outcome, TimeSpan duration, long discarded);

    [LoggerMessage(2, LogLevel.Warning, "The inner handler is {Handler}, not a SocketsHttpHandler: what is abandoned is drained where that is safe, and connections are closed as that handler closes them.", EventName = "NoTransport")]
    public static partial void NoTransport(ILogger logger, string handler);

    [LoggerMessage(3, LogLevel.Warning, "The SocketsHttpHandler below has already sent a request and can no longer be configured: abandoned requests are drained, but connections are not closed gracefully. Call UseGracefulClose on it before its first request.", EventName = "TransportStarted")]
    public static partial void TransportStarted(ILogger logger);

    /// <summary>Debug where the connection ended as it should, Warning where it could not be graceful.</summary>
    [LoggerMessage(EventId = 100, Message = "A connection to {Host}:{Port} ended as {Outcome} after {Duration}, {Discarded} bytes discarded.", EventName = "ConnectionEnded")]
    public static partial void ConnectionEnded(
        ILogger logger, LogLevel level, string? host, int? port, string outcome, TimeSpan duration, long discarded);

    [LoggerMessage(101, LogLevel.Warning, "The user's ConnectCallback returns {Stream}, not a NetworkStream: TLS connections still say close_notify, but their sockets end as that stream ends them.", EventName = "ForeignStream")]
    public static partial void ForeignStream(ILogger logger, string stream);

    [LoggerMessage(200, LogLevel.Warning, "A reload was refused, the options stay as they were: {Errors}", EventName = "ReloadRefused")]
    public static partial void ReloadRefused(ILogger logger, string errors);

    [LoggerMessage(201, LogLevel.Warning, "The application ends with {Left} drains and closing connections left: what their servers still send is answered with RST.", EventName = "ShutdownIncomplete")]
    public static partial void ShutdownIncomplete(ILogger logger, int left);

    [LoggerMessage(202, LogLevel.Warning, "The section '{Section}' says {Names}: GracefulHttp has no such option, it is ignored.", EventName = "UnknownOptions")]
    public static partial void UnknownOptions(ILogger logger, string section, string names);

    [LoggerMessage(300, LogLevel.Debug, "Attempt {Attempt} ended with {Ending}; the next one follows after {Delay}.", EventName = "Retry")]
    public static partial void Retry(ILogger logger, int attempt, string ending, TimeSpan delay);

    [LoggerMessage(301, LogLevel.Debug, "Attempt {Attempt} is the last: the retry budget of its server is empty.", EventName = "RetryRefused")]
    public static partial void RetryRefused(ILogger logger, int attempt);

    [LoggerMessage(302, LogLevel.Debug, "Attempt {Attempt} answered after its time-out, before any other.", EventName = "LateAnswer")]
    public static partial void LateAnswer(ILogger logger, int attempt);

    [LoggerMessage(900, LogLevel.Error, "Background work ended with an exception that it should have handled.", EventName = "BackgroundWorkFailed")]
    public static partial void BackgroundWorkFailed(ILogger logger, Exception exception);
}
