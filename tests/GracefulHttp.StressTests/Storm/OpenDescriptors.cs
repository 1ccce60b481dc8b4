namespace GracefulHttp.StressTests.Storm;

/// <summary>The descriptors of this process. Linux; elsewhere none are seen.</summary>
internal static class OpenDescriptors
{
    private const string Descriptors = "/proc/self/fd";

    /// <summary>Those that are sockets.</summary>
    public static int Sockets => All().Count(IsSocket);

    /// <summary>All of them; those of the runtime's are there once everything has been used.</summary>
    public static int Count => All().Count();

    private static IEnumerable<string> All() => Directory.Exists(Descriptors) ? Directory.EnumerateFileSystemEntries(Descriptors) : [];

    private static bool IsSocket(string descriptor)
    {
        try
        {
            return new FileInfo(descriptor).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true;
        }
        catch (IOException)
        {
            // Closed since it was listed.
            return false;
        }
    }
}
