using System.CommandLine;
using System.CommandLine.Parsing;

namespace GracefulHttp.Benchmarks.Cli;

/// <summary>Options that take names: one, or several separated by commas.</summary>
internal static class NameOption
{
    public static Option<T[]> CreateList<T>(string name, string description)
        where T : struct, Enum
    {
        IReadOnlyList<string> names = EnumNames.All<T>();
        return new Option<T[]>(name)
        {
            Description = description,
            HelpName = string.Join(',', names),
            Arity = ArgumentArity.OneOrMore,
            CustomParser = result => Parse<T>(name, names, result),
        };
    }

    public static Option<T> CreateSingle<T>(string name, string description, T standard)
        where T : struct, Enum
    {
        IReadOnlyList<string> names = EnumNames.All<T>();
        return new Option<T>(name)
        {
            Description = description,
            HelpName = string.Join('|', names),
            DefaultValueFactory = _ => standard,
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (!EnumNames.TryParse(text, out T value))
                {
                    result.AddError($"{name}: '{text}' is not one of {string.Join(", ", names)}.");
                }

                return value;
            },
        };
    }

    private static T[] Parse<T>(string option, IReadOnlyList<string> names, ArgumentResult result)
        where T : struct, Enum
    {
        var values = new List<T>();
        foreach (string name in result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries)))
        {
            if (!EnumNames.TryParse(name, out T value))
            {
                result.AddError($"{option}: '{name}' is not one of {string.Join(", ", names)}.");
                return [];
            }

            if (!values.Contains(value))
            {
                values.Add(value);
            }
        }

        return [.. values];
    }
}
