using System.Reflection;

namespace GracefulHttp.WireTests.Samples;

/// <summary>The samples have been built before the tests, and are run as their users do: as processes of their own.</summary>
internal static class Sample
{
    private static readonly string Pattern =
        typeof(Sample).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "Samples").Value!;

    public static string PathOf(string name) => Pattern.Replace("{0}", name, StringComparison.Ordinal);
}
