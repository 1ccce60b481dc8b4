using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace GracefulHttp.StressTests.Storm;

/// <summary>Counts what the library logs, by event and outcome, and keeps what it says went wrong.</summary>
internal sealed class StressLog : ILoggerFactory, ILogger
{
    private readonly ConcurrentDictionary<(string Event, string Outcome), long> _counts = new();
    private readonly ConcurrentQueue<Exception> _failures = new();

    /// <summary>What ended as it should not have.</summary>
    public IReadOnlyCollection<Exception> Failures => _failures;

    public IEnumerable<KeyValuePair<string, long>> RequestOutcomes => Outcomes("RequestEnded");

    public IEnumerable<KeyValuePair<string, long>> ConnectionOutcomes => Outcomes("ConnectionEnded");

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("This factory counts, and nothing else.");

    public void Dispose()
    {
        // Loggers may still be in use; they own nothing.
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (exception is not null)
        {
            _failures.Enqueue(exception);
        }

        if (state is IReadOnlyList<KeyValuePair<string, object?>> values
            && values.FirstOrDefault(static value => value.Key == "Outcome").Value is string outcome)
        {
            _counts.AddOrUpdate((eventId.Name!, outcome), 1, static (_, count) => count + 1);
        }
    }

    private IEnumerable<KeyValuePair<string, long>> Outcomes(string name) =>
        _counts.Where(count => count.Key.Event == name).Select(count => KeyValuePair.Create(count.Key.Outcome, count.Value));
}
