using Microsoft.Extensions.Logging;

namespace GracefulHttp.TestKit.Diagnostics;

/// <summary>Keeps everything that is logged, at every level.</summary>
public sealed class RecordingLoggerFactory : ILoggerFactory
{
    private readonly Lock _gate = new();
    private readonly List<LogRecord> _records = [];
    private readonly List<(Predicate<LogRecord> Match, TaskCompletionSource<LogRecord> Logged)> _waiters = [];

    public IReadOnlyList<LogRecord> Records
    {
        get
        {
            lock (_gate)
            {
                return [.. _records];
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("This factory records, and nothing else.");

    public void Dispose()
    {
        // Loggers may still be in use; they own nothing.
    }

    /// <summary>The first record that matches, now or later.</summary>
    public Task<LogRecord> WaitForAsync(Predicate<LogRecord> match)
    {
        ArgumentNullException.ThrowIfNull(match);
        var logged = new TaskCompletionSource<LogRecord>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_records.Find(match) is { } record)
            {
                logged.SetResult(record);
            }
            else
            {
                _waiters.Add((match, logged));
            }
        }

        return logged.Task.WithinAsync(null, "a log record");
    }

    public override string ToString() => string.Join('\n', Records);

    private void Add(LogRecord record)
    {
        lock (_gate)
        {
            _records.Add(record);
            foreach ((Predicate<LogRecord> match, TaskCompletionSource<LogRecord> logged) in _waiters)
            {
                if (match(record))
                {
                    logged.TrySetResult(record);
                }
            }
        }
    }

    private sealed class Logger(RecordingLoggerFactory factory, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var values = new Dictionary<string, object?>();
            if (state is IEnumerable<KeyValuePair<string, object?>> named)
            {
                foreach ((string name, object? value) in named)
                {
                    values[name] = value;
                }
            }

            factory.Add(new LogRecord(category, logLevel, eventId, formatter(state, exception), values, exception));
        }
    }
}
