using System.Globalization;
using System.Reflection;

namespace GracefulHttp.Tests.PublicApi;

/// <summary>Values that users get without naming them.</summary>
internal static class ApiValue
{
    public static string Describe(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    /// <summary>What a property that can be set is before it has been. Empty where an object of its type is not made with <c>new()</c>, or the value is no plain one.</summary>
    public static string OfNew(PropertyInfo property)
    {
        Type type = property.DeclaringType!;
        if (property.SetMethod is not { IsPublic: true, IsStatic: false } || property.GetMethod is null || property.GetIndexParameters().Length != 0
            || type.IsAbstract || type.IsGenericTypeDefinition || type.GetConstructor(Type.EmptyTypes) is not { } constructor)
        {
            return "";
        }

        object made = constructor.Invoke(null);
        using (made as IDisposable)
        {
            object? value = property.GetValue(made);
            return value is null or string or IFormattable or bool ? $" = {Describe(value)}" : "";
        }
    }
}
