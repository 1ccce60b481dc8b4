using System.Text;
using GracefulHttp.TestKit;

namespace GracefulHttp.BenchmarkTests.Watch;

/// <summary>Output whose lines can be waited for.</summary>
internal sealed class AwaitedText : TextWriter
{
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly List<(string Part, TaskCompletionSource Seen)> _awaited = [];

    public override Encoding Encoding => Encoding.UTF8;

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    public override void WriteLine() => WriteLine("");

    public override void WriteLine(string? value)
    {
        lock (_gate)
        {
            _lines.Add(value ?? "");
            _awaited.ForEach(awaited => Tell(awaited.Part, awaited.Seen));
        }
    }

    public override Task WriteLineAsync(string? value)
    {
        WriteLine(value);
        return Task.CompletedTask;
    }

    /// <summary>Completes when a line contains it.</summary>
    public Task WaitForAsync(string part)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _awaited.Add((part, seen));
            Tell(part, seen);
        }

        return seen.Task.WithinAsync();
    }

    private void Tell(string part, TaskCompletionSource seen)
    {
        if (_lines.Exists(line => line.Contains(part)))
        {
            seen.TrySetResult();
        }
    }
}
