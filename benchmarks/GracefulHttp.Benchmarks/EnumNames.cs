using System.Reflection;
using System.Text.Json.Serialization;

namespace GracefulHttp.Benchmarks;

/// <summary>The names of an enum's values as they stand in options, tables and JSON: lower case, unless an attribute gives another.</summary>
internal static class EnumNames
{
    public static string Name<T>(this T value)
        where T : struct, Enum
    {
        string name = value.ToString();
        return typeof(T).GetField(name)?.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? name.ToLowerInvariant();
    }

    public static IReadOnlyList<string> All<T>()
        where T : struct, Enum => [.. Enum.GetValues<T>().Select(Name)];

    public static bool TryParse<T>(string name, out T value)
        where T : struct, Enum
    {
        foreach (T candidate in Enum.GetValues<T>())
        {
            if (candidate.Name() == name)
            {
                value = candidate;
                return true;
            }
        }

        value = default;
        return false;
    }
}
