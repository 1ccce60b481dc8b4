namespace GracefulHttp.StressTests.Storm;

/// <summary>The descriptors of this process. Linux; elsewhere none are seen.</summary>
internal static class OpenDescriptors
{
    private const string Folder = "/proc/self/fd";

    public static int Sockets() => Count(static target => target.StartsWith("socket:", StringComparison.Ordinal));

    /// <summary>Sockets, pipes, event queues, timers: all but files, of which each assembly stays open once it is loaded.</summary>
    public static int OtherThanFiles() => Count(static target => !Path.IsPathRooted(target));

    private static int Count(Func<string, bool> isCounted) =>
        Directory.Exists(Folder) ? Directory.EnumerateFileSystemEntries(Folder).Count(descriptor => Target(descriptor) is { } target && isCounted(target)) : 0;

    private static string? Target(string descriptor)
    {
        try
        {
            return new FileInfo(descriptor).LinkTarget;
        }
        catch (IOException)
        {
            // Closed since it was listed.
            return null;
        }
    }
}
