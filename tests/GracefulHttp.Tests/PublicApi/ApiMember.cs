using System.Reflection;
using System.Runtime.CompilerServices;

namespace GracefulHttp.Tests.PublicApi;

/// <summary>Members, written as C# declares them.</summary>
internal static class ApiMember
{
    private static readonly NullabilityInfoContext Nullability = new();

    /// <summary>Whether code outside of the assembly can name it. What properties and events are made of is part of these.</summary>
    public static bool IsVisible(MemberInfo member) => member switch
    {
        FieldInfo field => field is { IsSpecialName: false } and ({ IsPublic: true } or { IsFamily: true } or { IsFamilyOrAssembly: true }),
        MethodInfo { IsSpecialName: true } method when !method.Name.StartsWith("op_", StringComparison.Ordinal) => false,
        MethodBase method => IsVisible(method),
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(IsVisible),
        EventInfo @event => IsVisible(@event.AddMethod!),
        Type type => false, // A nested type is listed on its own.
        _ => throw new NotSupportedException($"{member.MemberType} {member.Name}"),
    };

    public static string Describe(MemberInfo member) => Attributes(member) + member switch
    {
        FieldInfo field => Describe(field),
        ConstructorInfo constructor => $"{Access(constructor)}{Simple(constructor.DeclaringType!)}({Parameters(constructor.GetParameters())})",
        MethodInfo method => Describe(method),
        PropertyInfo property => Describe(property),
        EventInfo @event => $"{Modifiers(@event.AddMethod!)}event {ApiType.Name(@event.EventHandlerType!, Nullability.Create(@event))} {@event.Name}",
        _ => throw new NotSupportedException($"{member.MemberType} {member.Name}"),
    };

    /// <summary>Those that change what a user's compiler says or does.</summary>
    public static string Attributes(MemberInfo member) => string.Concat(member.CustomAttributes
        .Select(attribute => attribute.AttributeType)
        .Where(type => type == typeof(FlagsAttribute) || type == typeof(ObsoleteAttribute) || type.Namespace == "System.Diagnostics.CodeAnalysis")
        .Select(type => $"[{type.Name[..^nameof(Attribute).Length]}] "));

    private static string Describe(FieldInfo field)
    {
        if (field.DeclaringType!.IsEnum)
        {
            return $"{field.Name} = {Convert.ChangeType(field.GetRawConstantValue(), typeof(long), null)}";
        }

        string modifiers = field switch { { IsLiteral: true } => "const ", { IsStatic: true, IsInitOnly: true } => "static readonly ", { IsStatic: true } => "static ", { IsInitOnly: true } => "readonly ", _ => "" };
        string value = field.IsLiteral ? $" = {ApiValue.Describe(field.GetRawConstantValue())}" : "";
        return $"{(field.IsPublic ? "" : "protected ")}{modifiers}{ApiType.Name(field.FieldType, Nullability.Create(field))} {field.Name}{value}";
    }

    private static string Describe(MethodInfo method)
    {
        string generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(t => t.Name))}>" : "";
        string extends = method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "";
        string result = (method.ReturnType.IsByRef ? "ref " : "") + ApiType.Name(method.ReturnType, Nullability.Create(method.ReturnParameter));
        return $"{Modifiers(method)}{result} {method.Name}{generic}({extends}{Parameters(method.GetParameters())}){ApiType.Constraints(method.GetGenericArguments())}";
    }

    private static string Describe(PropertyInfo property)
    {
        MethodInfo[] accessors = [.. property.GetAccessors(nonPublic: true).Where(IsVisible)];
        MethodInfo first = accessors.MaxBy(accessor => accessor.IsPublic)!;
        IEnumerable<string> written = accessors.Select(accessor => (accessor.IsPublic == first.IsPublic ? "" : "protected ") + Word(property, accessor) + ";");
        ParameterInfo[] index = property.GetIndexParameters();
        string name = index.Length == 0 ? property.Name : $"this[{Parameters(index)}]";
        string required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        return $"{required}{Modifiers(first)}{ApiType.Name(property.PropertyType, Nullability.Create(property))} {name} {{ {string.Join(' ', written)} }}{ApiValue.OfNew(property)}";
    }

    private static string Word(PropertyInfo property, MethodInfo accessor) =>
        accessor == property.GetMethod ? "get"
        : accessor.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init" : "set";

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static string Modifiers(MethodInfo method) => Access(method) + method switch
    {
        { DeclaringType.IsInterface: true, IsStatic: false } => "",
        { IsStatic: true } => method.IsAbstract ? "static abstract " : "static ",
        { IsAbstract: true } => "abstract ",
        { IsVirtual: true } when method.GetBaseDefinition() != method => method.IsFinal ? "sealed override " : "override ",
        { IsVirtual: true, IsFinal: false } => "virtual ",
        _ => "",
    };

    private static string Parameters(ParameterInfo[] parameters) => string.Join(", ", parameters.Select(parameter =>
    {
        string passed = parameter switch
        {
            { ParameterType.IsByRef: true, IsOut: true } => "out ",
            { ParameterType.IsByRef: true, IsIn: true } => "in ",
            { ParameterType.IsByRef: true } => "ref ",
            _ => parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute)) ? "params " : "",
        };
        string value = parameter.HasDefaultValue ? $" = {(parameter.DefaultValue is null && parameter.ParameterType.IsValueType ? "default" : ApiValue.Describe(parameter.DefaultValue))}" : "";
        return $"{passed}{ApiType.Name(parameter.ParameterType, Nullability.Create(parameter))} {parameter.Name}{value}";
    }));

    private static string Simple(Type type) => type.Name.Split('`')[0];
}
