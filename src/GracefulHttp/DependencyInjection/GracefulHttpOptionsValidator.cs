using Microsoft.Extensions.Options;

namespace GracefulHttp.DependencyInjection;

/// <summary>Tells every error of a client's options at once.</summary>
/// <param name="what">What the options are of, as users know it.</param>
/// <param name="validate">Gives the errors.</param>
internal sealed class GracefulHttpOptionsValidator<TOptions>(string what, Func<TOptions, List<string>> validate) : IValidateOptions<TOptions>
    where TOptions : class
{
    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        List<string> errors = validate(options);
        if (errors.Count == 0)
        {
            return ValidateOptionsResult.Success;
        }

        string whose = string.IsNullOrEmpty(name) ? what : $"{what} of the client '{name}'";
        return ValidateOptionsResult.Fail(errors.Select(error => $"{whose}: {error}"));
    }
}
