namespace GracefulHttp.Benchmarks;

/// <summary>The command that starts this program again.</summary>
internal static class SelfCommand
{
    /// <summary>The file, and the assembly when the file is the shared <c>dotnet</c> host.</summary>
    public static IReadOnlyList<string> Line { get; } = Create();

    private static string[] Create()
    {
        string file = Environment.ProcessPath ?? throw new InvalidOperationException("The path of this process is not known.");
        bool isSharedHost = Path.GetFileNameWithoutExtension(file).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        return isSharedHost ? [file, Environment.GetCommandLineArgs()[0]] : [file];
    }
}
