using System.Collections.Concurrent;

namespace GracefulHttp.StressTests.Storm;

/// <summary>What tasks failed with that nobody looked at, which shows when they are collected.</summary>
internal sealed class UnobservedExceptions : IDisposable
{
    private readonly ConcurrentQueue<Exception> _seen = new();

    public UnobservedExceptions() => TaskScheduler.UnobservedTaskException += Note;

    public IReadOnlyCollection<Exception> Seen => _seen;

    public void Dispose() => TaskScheduler.UnobservedTaskException -= Note;

    private void Note(object? sender, UnobservedTaskExceptionEventArgs e) => _seen.Enqueue(e.Exception);
}
