using System.Reflection;

namespace GracefulHttp.WireTests;

/// <summary>Where the tests were built from, and how.</summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Told("Repository"));

    public static string Configuration { get; } = Told("Configuration");

    private static string Told(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == key).Value!;
}
