using System.Globalization;

namespace GracefulHttp.Validation;

/// <inheritdoc cref="OptionsValidation"/>
internal static class RetryOptionsValidation
{
    private const int MostRetries = 10;

    public static List<string> Validate(GracefulRetryOptions options)
    {
        var errors = options.Unreadable.ConvertAll(static unreadable => unreadable.Error);
        bool isTotalValid = OptionsValidation.Duration(errors, nameof(options.TotalRequestTimeout), options.TotalRequestTimeout);
        bool isAttemptValid = OptionsValidation.Duration(errors, nameof(options.AttemptTimeout), options.AttemptTimeout);
        OptionsValidation.Duration(errors, nameof(options.Delay), options.Delay);
        OptionsValidation.Duration(errors, nameof(options.MaxDelay), options.MaxDelay);
        OptionsValidation.NotNegative(errors, nameof(options.MinRetriesPerSecond), options.MinRetriesPerSecond);

        // One error is told once. And one that cannot be read has a value that nobody has given it.
        bool areReadable = !options.Unreadable.Exists(static unreadable =>
            unreadable.Option is nameof(options.AttemptTimeout) or nameof(options.TotalRequestTimeout));
        if (isTotalValid && isAttemptValid && areReadable && options.AttemptTimeout > options.TotalRequestTimeout)
        {
            errors.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{nameof(options.AttemptTimeout)} is {options.AttemptTimeout}; it must be at most {nameof(options.TotalRequestTimeout)}, which is {options.TotalRequestTimeout}."));
        }

        if (options.MaxRetryAttempts is < 0 or > MostRetries)
        {
            errors.Add(string.Create(
                CultureInfo.InvariantCulture, $"{nameof(options.MaxRetryAttempts)} is {options.MaxRetryAttempts}; it must be {Bounds.Retries}."));
        }

        if (options.RetryRatio is not (>= 0 and <= 1))
        {
            errors.Add(string.Create(CultureInfo.InvariantCulture, $"{nameof(options.RetryRatio)} is {options.RetryRatio}; it must be {Bounds.Ratio}."));
        }

        return errors;
    }

    /// <exception cref="ArgumentException">At least one option is out of its bounds; the message names all that are.</exception>
    public static void ThrowIfInvalid(GracefulRetryOptions options, string parameterName) =>
        OptionsValidation.ThrowIfAny(Validate(options), parameterName);
}
