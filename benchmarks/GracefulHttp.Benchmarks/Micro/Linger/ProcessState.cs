using System.Diagnostics;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.Benchmarks.Micro.Linger;

/// <summary>What this process holds at one moment.</summary>
/// <param name="ManagedBytes">Live objects, after full collections.</param>
/// <param name="Threads">Threads of the process, the runtime's own included.</param>
/// <param name="Sockets">Descriptors of sockets; all handles where there are no descriptors.</param>
/// <param name="HalfClosed">Sockets towards the server that have sent their FIN and wait for the server's.</param>
internal sealed record ProcessState(long ManagedBytes, int Threads, int Sockets, int HalfClosed)
{
    private const string DescriptorFolder = "/proc/self/fd";

    public static ProcessState Read(int port)
    {
        // Before the memory is read: it takes none that lives, but it takes some.
        int halfClosed = KernelSocketTable.HalfClosedSockets(port);
        int sockets = CountSockets();
        using var self = Process.GetCurrentProcess();
        int threads = self.Threads.Count;
        return new ProcessState(LiveBytes(), threads, sockets, halfClosed);
    }

    public static int CountSockets()
    {
        if (Directory.Exists(DescriptorFolder))
        {
            // One of the entries is the listing's own, and is gone when it is looked at.
            return new DirectoryInfo(DescriptorFolder).EnumerateFileSystemInfos()
                .Count(entry => entry.LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);
        }

        using var self = Process.GetCurrentProcess();
        return self.HandleCount;
    }

    private static long LiveBytes()
    {
        // What finalizers let go of takes another collection.
        for (int i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
