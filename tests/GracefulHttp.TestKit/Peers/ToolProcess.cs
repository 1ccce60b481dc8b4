using System.Diagnostics;

namespace GracefulHttp.TestKit.Peers;

/// <summary>A tool of the system that runs beside a test: what it says and what it is told. It ends with this object.</summary>
public sealed class ToolProcess : IAsyncDisposable
{
    // Debian keeps daemons where a user's PATH does not look.
    private static readonly string[] MorePaths = ["/usr/sbin", "/usr/local/sbin", "/sbin"];

    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly List<(Func<IReadOnlyList<string>, bool> Condition, TaskCompletionSource Held)> _waiters = [];
    private readonly Task _reading;
    private bool _ended;

    private ToolProcess(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    /// <summary>Everything said so far, on both of its outputs.</summary>
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

    public int Id => _process.Id;

    /// <summary>Where a tool is, or null.</summary>
    public static string? Find(string tool) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Concat(MorePaths)
            .Select(folder => Path.Combine(folder, tool))
            .FirstOrDefault(File.Exists);

    /// <summary>Where a tool is.</summary>
    /// <exception cref="FileNotFoundException">It is nowhere.</exception>
    public static string Require(string tool) => Find(tool) ?? throw new FileNotFoundException($"{tool} is not installed.");

    public static bool IsAvailable(string tool, out string whyNot)
    {
        whyNot = Find(tool) is null ? $"this test needs {tool}, which is not installed" : "";
        return whyNot.Length == 0;
    }

    public static ToolProcess Start(string tool, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Require(tool), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new ToolProcess(Process.Start(start)!);
    }

    /// <summary>Completes when the lines so far fulfil a condition; fails when the process ends before.</summary>
    public async Task WaitForAsync(Func<IReadOnlyList<string>, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waiters.Add((condition, held));
            Evaluate();
        }

        try
        {
            await held.Task.WithinAsync();
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"The awaited lines did not come. {this}", e);
        }
    }

    /// <summary>The first line that matches, now or later.</summary>
    public async Task<string> WaitForLineAsync(Func<string, bool> match)
    {
        await WaitForAsync(lines => lines.Any(match));
        return Lines.First(match);
    }

    /// <summary>One write to its standard input, so that it is one read for a tool that waits for it.</summary>
    public async Task TellAsync(string text)
    {
        await _process.StandardInput.WriteAsync(text);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Sends it a signal: what Ctrl+C does is "INT".</summary>
    public async Task SignalAsync(string signal)
    {
        // The shell's own kill: the tool of that name is not everywhere.
        await using ToolProcess kill = Start("sh", "-c", $"kill -{signal} {_process.Id}");
        if (await kill.WaitForExitAsync() != 0)
        {
            throw new InvalidOperationException($"The process takes no signal. {this}");
        }
    }

    /// <summary>Completes with its exit code when it has ended by itself, and has said everything.</summary>
    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync().WithinAsync();
        await _reading.WithinAsync();
        return _process.ExitCode;
    }

    /// <summary>Ends the process, and waits until it has.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WithinAsync();
        await _reading.WithinAsync();
        _process.Dispose();
    }

    public override string ToString() => $"The process said:\n{string.Join('\n', Lines)}";

    private async Task ReadAsync()
    {
        await Task.WhenAll(ReadAsync(_process.StandardOutput), ReadAsync(_process.StandardError));
        lock (_gate)
        {
            _ended = true;
            Evaluate();
        }
    }

    private async Task ReadAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } line)
        {
            lock (_gate)
            {
                _lines.Add(line);
                Evaluate();
            }
        }
    }

    private void Evaluate()
    {
        foreach ((Func<IReadOnlyList<string>, bool> condition, TaskCompletionSource held) in _waiters)
        {
            if (condition(_lines))
            {
                held.TrySetResult();
            }
            else if (_ended)
            {
                held.TrySetException(new InvalidOperationException($"The process has ended. {string.Join('\n', _lines)}"));
            }
        }

        _waiters.RemoveAll(waiter => waiter.Held.Task.IsCompleted);
    }
}
