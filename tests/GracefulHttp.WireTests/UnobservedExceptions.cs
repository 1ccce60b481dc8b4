using System.Collections.Concurrent;
using GracefulHttp.WireTests;

[assembly: AssemblyFixture(typeof(UnobservedExceptions))]

namespace GracefulHttp.WireTests;

/// <summary>Fails the run when a task failed and nobody looked: background work that is not tracked.</summary>
public sealed class UnobservedExceptions : IDisposable
{
    private readonly ConcurrentQueue<Exception> _exceptions = [];

    public UnobservedExceptions() => TaskScheduler.UnobservedTaskException += Add;

    public void Dispose()
    {
        // They are reported by the finalizer of the task that holds them.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        TaskScheduler.UnobservedTaskException -= Add;
        _exceptions.ShouldBeEmpty();
    }

    private void Add(object? sender, UnobservedTaskExceptionEventArgs e) => _exceptions.Enqueue(e.Exception);
}
