using System.Reflection;

namespace GracefulHttp.Tests.PublicApi;

/// <summary>What users of an assembly may depend on, a line for each type and each member, each line to be understood alone.</summary>
internal static class ApiDescription
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IEnumerable<string> Of(IEnumerable<Type> types) => types.OrderBy(type => type.FullName, StringComparer.Ordinal).SelectMany(Of);

    private static IEnumerable<string> Of(Type type)
    {
        // A delegate's constructor and its asynchronous pair are the compiler's.
        IEnumerable<string> members = typeof(Delegate).IsAssignableFrom(type)
            ? [ApiMember.Describe(type.GetMethod("Invoke")!)]
            : type.GetMembers(Declared).Where(ApiMember.IsVisible).Select(ApiMember.Describe).Order(StringComparer.Ordinal);
        string name = ApiType.FullName(type);
        return [$"{name}: {ApiMember.Attributes(type)}{ApiType.Declare(type)}", .. members.Select(member => $"{name}: {member}")];
    }
}
