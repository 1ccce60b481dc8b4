using System.Globalization;

namespace GracefulHttp.Validation;

/// <summary>Checks options by hand: every error at once, each naming the option, its value and its bounds.</summary>
internal static class OptionsValidation
{
    public static List<string> Validate(GracefulCloseOptions options)
    {
        var errors = options.Unreadable.ConvertAll(static unreadable => unreadable.Error);
        Duration(errors, nameof(options.LingerTimeout), options.LingerTimeout);
        NotNegative(errors, nameof(options.MaxLingerSize), options.MaxLingerSize);
        NotNegative(errors, nameof(options.MaxLingeringConnections), options.MaxLingeringConnections);
        if (options is GracefulHttpOptions http)
        {
            if (!Enum.IsDefined(http.Strategy))
            {
                errors.Add(string.Create(
                    CultureInfo.InvariantCulture, $"{nameof(http.Strategy)} is {(int)http.Strategy}; it must be Drain, Close or Abort."));
            }

            Duration(errors, nameof(http.DrainTimeout), http.DrainTimeout);
            NotNegative(errors, nameof(http.MaxDrainSize), http.MaxDrainSize);
            NotNegative(errors, nameof(http.MaxConcurrentDrains), http.MaxConcurrentDrains);
            NotNegative(errors, nameof(http.Http2ResetBurst), http.Http2ResetBurst);
            Duration(errors, nameof(http.ShutdownTimeout), http.ShutdownTimeout);
            if (!(http.Http2ResetsPerSecond >= 0) || double.IsInfinity(http.Http2ResetsPerSecond))
            {
                errors.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{nameof(http.Http2ResetsPerSecond)} is {http.Http2ResetsPerSecond}; it must be a finite number of 0 or more."));
            }
        }

        return errors;
    }

    /// <exception cref="ArgumentException">At least one option is out of its bounds; the message names all that are.</exception>
    public static void ThrowIfInvalid(GracefulCloseOptions options, string parameterName) => ThrowIfAny(Validate(options), parameterName);

    public static void ThrowIfAny(List<string> errors, string parameterName)
    {
        if (errors.Count != 0)
        {
            throw new ArgumentException(string.Join(" ", errors), parameterName);
        }
    }

    /// <summary>False where it is told of.</summary>
    public static bool Duration(List<string> errors, string name, TimeSpan value)
    {
        if (value > TimeSpan.Zero && value <= Bounds.LongestDuration)
        {
            return true;
        }

        errors.Add(string.Create(
            CultureInfo.InvariantCulture, $"{name} is {value}; it must be more than 00:00:00 and at most {Bounds.LongestDuration}."));
        return false;
    }

    public static void NotNegative(List<string> errors, string name, long value)
    {
        if (value < 0)
        {
            errors.Add(string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; it must be 0 or more."));
        }
    }
}
