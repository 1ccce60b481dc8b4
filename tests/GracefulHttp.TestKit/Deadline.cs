using System.Runtime.CompilerServices;

namespace GracefulHttp.TestKit;

/// <summary>An end to every wait of a test. It is far beyond what a loaded machine needs: it tells a hang, it measures nothing.</summary>
public static class Deadline
{
    public static TimeSpan Default { get; } = TimeSpan.FromSeconds(30);

    /// <summary>The task's own result, or a <see cref="TimeoutException"/> that names what was awaited and where.</summary>
    public static async Task WithinAsync(
        this Task task,
        TimeSpan? limit = null,
        [CallerArgumentExpression(nameof(task))] string awaited = "",
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(task);
        TimeSpan allowed = limit ?? Default;

        // WaitAsync gives a cancelled task's token, but not its exception; the task itself gives both.
        await task.WaitAsync(allowed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!task.IsCompleted)
        {
            throw new TimeoutException($"Not within {allowed.TotalSeconds} s: {awaited}, at {Path.GetFileName(file)}:{line}");
        }

        await task;
    }

    /// <inheritdoc cref="WithinAsync(Task, TimeSpan?, string, string, int)"/>
    public static async Task<T> WithinAsync<T>(
        this Task<T> task,
        TimeSpan? limit = null,
        [CallerArgumentExpression(nameof(task))] string awaited = "",
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        await WithinAsync((Task)task, limit, awaited, file, line);
        return await task;
    }
}
