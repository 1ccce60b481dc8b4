using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace GracefulHttp.Benchmarks.Counting;

/// <summary>
/// A network namespace of one's own: its counters count nobody else, and in one with a user namespace of its own an ordinary user
/// may open raw sockets. Linux.
/// </summary>
internal static partial class PrivateNetwork
{
    private const string InsideVariable = "GRACEFULHTTP_PRIVATE_NETWORK";
    private const string UnsharePath = "unshare";

    // Root needs no user namespace of its own, and a container may forbid one.
    private static readonly string[] UnshareArguments =
        Environment.IsPrivilegedProcess ? ["--net", "--"] : ["--user", "--map-root-user", "--net", "--"];

    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Whether this process already runs in one.</summary>
    public static bool IsInside => Environment.GetEnvironmentVariable(InsideVariable) is not null;

    /// <summary>
    /// Starts the program over in a namespace of its own, when it can have one.
    /// It then does not return: the process becomes the new one, with the same id, terminal and arguments.
    /// </summary>
    public static void EnterIfPossible(IReadOnlyList<string> arguments)
    {
        if (IsInside || !OperatingSystem.IsLinux() || !CanHaveOne())
        {
            return;
        }

        Environment.SetEnvironmentVariable(InsideVariable, "1");
        string[] command = [UnsharePath, .. UnshareArguments, .. SelfCommand.Line, .. arguments];
        // .NET keeps its own copy of the environment, so the new one is handed over.
        string[] environment = [.. Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().Select(e => $"{e.Key}={e.Value}")];
        _ = Execute(UnsharePath, [.. command, null], [.. environment, null]);
        // Only a failure gets here; then it has to do with the network of the machine.
        Environment.SetEnvironmentVariable(InsideVariable, null);
    }

    /// <summary>A new namespace has a loopback interface, but it is down.</summary>
    public static void BringLoopbackUp()
    {
        const int Inet = 2, Datagram = 2, SetInterfaceFlags = 0x8914;
        const short UpAndRunning = 0x1 | 0x40;
        int socket = OpenSocket(Inet, Datagram, 0);
        if (socket < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }

        try
        {
            // struct ifreq: 16 bytes of name, then the flags.
            byte[] request = new byte[40];
            "lo"u8.CopyTo(request);
            BitConverter.TryWriteBytes(request.AsSpan(16), UpAndRunning);
            if (ControlDevice(socket, SetInterfaceFlags, request) < 0)
            {
                throw new Win32Exception(Marshal.GetLastPInvokeError());
            }
        }
        finally
        {
            _ = CloseDescriptor(socket);
        }
    }

    /// <summary>Asked of a process that is then thrown away, because there is no way back once this process has been replaced.</summary>
    private static bool CanHaveOne()
    {
        try
        {
            using Process probe = Process.Start(new ProcessStartInfo(UnsharePath, [.. UnshareArguments, "true"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            return probe.WaitForExit(ProbeTimeout) && probe.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false; // No such program.
        }
    }

    [LibraryImport("libc", EntryPoint = "execvpe", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string file, string?[] arguments, string?[] environment);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int OpenSocket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int ControlDevice(int descriptor, nuint request, [In, Out] byte[] argument);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseDescriptor(int descriptor);
}
