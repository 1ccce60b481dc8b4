using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using GracefulHttp.TestKit.Peers;
using Microsoft.Win32.SafeHandles;

namespace GracefulHttp.TestKit.Networks;

/// <summary>A network of its own: interfaces, addresses, ports, firewall and counters that nobody else has. Linux, root.</summary>
/// <remarks>
/// It has no name, so there is nothing to clean up: the kernel takes it away with the last process and socket in it, also when
/// this process is killed. A socket stays in the namespace of the thread that made it, and a process in that of the thread that
/// started it; <see cref="Run{T}"/> is therefore the way in for both.
/// </remarks>
public sealed class NetworkNamespace : IDisposable
{
    private const string IpTool = "ip";
    private const int NewNetwork = 0x4000_0000;
    private static readonly TimeSpan ToolTimeout = TimeSpan.FromSeconds(30);

    private readonly SafeFileHandle _handle;

    private NetworkNamespace(SafeFileHandle handle) => _handle = handle;

    /// <summary>What <c>ip</c> takes for a namespace.</summary>
    public string Path => $"/proc/{Environment.ProcessId}/fd/{_handle.DangerousGetHandle()}";

    /// <summary>Whether this process may have one, and if not, what it lacks.</summary>
    public static bool IsAvailable(out string whyNot)
    {
        if (!OperatingSystem.IsLinux())
        {
            whyNot = "network namespaces are Linux's";
            return false;
        }

        if (!ToolProcess.IsAvailable(IpTool, out whyNot))
        {
            return false;
        }

        try
        {
            Create().Dispose();
            return true;
        }
        catch (Win32Exception e)
        {
            whyNot = $"network namespaces need root (CAP_SYS_ADMIN and CAP_NET_ADMIN): {e.Message}";
            return false;
        }
    }

    public static NetworkNamespace Create()
    {
        var created = new NetworkNamespace(OnThread(() =>
        {
            ThrowIfFailed(Unshare(NewNetwork));
            return File.OpenHandle("/proc/thread-self/ns/net");
        }));
        created.Tool(IpTool, "link set lo up");
        return created;
    }

    /// <summary>Runs this on a thread in the namespace, and waits for it. What it awaits goes on elsewhere.</summary>
    public T Run<T>(Func<T> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        return OnThread(() =>
        {
            ThrowIfFailed(Enter(_handle, NewNetwork));
            return action();
        });
    }

    /// <summary>Starts the program that runs, once more, in the namespace.</summary>
    public Process StartThisProgram(bool isRead, params IReadOnlyList<string> arguments)
    {
        // Unless it has an executable of its own, the assembly is what dotnet is told to run.
        string program = Environment.ProcessPath ?? throw new InvalidOperationException("The path of this process is not known.");
        bool isShared = System.IO.Path.GetFileNameWithoutExtension(program) == "dotnet";
        var start = new ProcessStartInfo(program, isShared ? [Environment.GetCommandLineArgs()[0], .. arguments] : arguments) { RedirectStandardOutput = isRead };
        return Run(() => Process.Start(start)!);
    }

    /// <summary>Runs a tool in the namespace to its end.</summary>
    /// <returns>What it has printed.</returns>
    /// <exception cref="InvalidOperationException">It has failed; the message has what it said.</exception>
    public string Tool(string tool, string arguments, string input = "")
    {
        using Process process = Run(() => Process.Start(new ProcessStartInfo(ToolProcess.Require(tool), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        string errors = process.StandardError.ReadToEnd();
        if (!process.WaitForExit(ToolTimeout) || process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{tool} {arguments} has failed: {errors}");
        }

        return output;
    }

    public void Dispose() => _handle.Dispose();

    /// <summary>A thread that is thrown away, so that no other work ever runs in the namespace by mistake.</summary>
    private static T OnThread<T>(Func<T> action)
    {
        T? result = default;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = action();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        })
        { IsBackground = true, Name = "network namespace" };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }

    private static void ThrowIfFailed(int result)
    {
        if (result != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    [DllImport("libc", EntryPoint = "unshare", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Unshare(int what);

    [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Enter(SafeFileHandle handle, int what);
}
