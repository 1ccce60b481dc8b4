namespace GracefulHttp.StressTests.Storm;

/// <summary>The descriptors of this process that are sockets. Linux; elsewhere none are seen.</summary>
internal static class OpenSockets
{
    private const string Descriptors = "/proc/self/fd";

    public static int OfThisProcess() =>
        Directory.Exists(Descriptors) ? Directory.EnumerateFileSystemEntries(Descriptors).Count(IsSocket) : 0;

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
