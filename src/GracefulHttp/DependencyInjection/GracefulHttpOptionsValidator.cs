using GracefulHttp.Validation;
using Microsoft.Extensions.Options;

namespace GracefulHttp.DependencyInjection;

/// <summary>Tells every error of a client's options at once.</summary>
internal sealed class GracefulHttpOptionsValidator : IValidateOptions<GracefulHttpOptions>
{
    public ValidateOptionsResult Validate(string? name, GracefulHttpOptions options)
    {
        List<string> errors = OptionsValidation.Validate(options);
        if (errors.Count == 0)
        {
            return ValidateOptionsResult.Success;
        }

        string whose = string.IsNullOrEmpty(name) ? "GracefulHttp" : $"GracefulHttp of the client '{name}'";
        return ValidateOptionsResult.Fail(errors.Select(error => $"{whose}: {error}"));
    }
}
