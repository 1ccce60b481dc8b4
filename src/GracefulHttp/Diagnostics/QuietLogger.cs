using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace GracefulHttp.Diagnostics;

/// <summary>The user's logger. What it throws concerns no request: it is not listened to.</summary>
internal sealed class QuietLogger(ILogger inner) : ILogger
{
    public static ILogger Create(ILoggerFactory? factory) =>
        factory is null ? NullLogger.Instance : new QuietLogger(factory.CreateLogger(GracefulHttpTelemetry.Name));

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return inner.IsEnabled(logLevel);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return false;
        }
    }

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            inner.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // There is nobody to tell.
        }
    }
}
