using System.CommandLine;
using System.Globalization;
using System.Numerics;

namespace GracefulHttp.Benchmarks.Cli;

/// <summary>Options that take one number within bounds.</summary>
internal static class NumberOption
{
    public static Option<T> Create<T>(string name, string description, T standard, T least, T most)
        where T : INumber<T> => new(name)
        {
            Description = description,
            HelpName = string.Create(CultureInfo.InvariantCulture, $"{least}..{most}"),
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                // Written so that NaN fails.
                if (T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out T? value) && value >= least && value <= most)
                {
                    return value;
                }

                string kind = T.IsInteger(least) && typeof(T) == typeof(int) ? "a whole number" : "a number";
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name}: '{text}' is not {kind} from {least} to {most}."));
                return standard;
            },
            DefaultValueFactory = _ => standard,
        };
}
