using System.Globalization;
using System.Numerics;
using GracefulHttp.Validation;
using Microsoft.Extensions.Configuration;

namespace GracefulHttp.DependencyInjection;

/// <summary>What a section of the configuration says at one moment.</summary>
internal sealed class SectionValues(IConfigurationSection section)
{
    private static readonly HashSet<string> Names = new(
        typeof(GracefulHttpOptions).GetProperties().Select(static property => property.Name)
            .Where(static name => name != nameof(GracefulHttpOptions.StrategySelector)),
        StringComparer.OrdinalIgnoreCase);

    private readonly Dictionary<string, string> _values = section.GetChildren()
        .Where(static child => child.Value is not null)
        .ToDictionary(static child => child.Key, static child => child.Value!, StringComparer.OrdinalIgnoreCase);

    /// <summary>What it says that is no option: a misspelt name, which would go unnoticed.</summary>
    public IEnumerable<string> Unknown => _values.Keys.Where(static name => !Names.Contains(name));

    public void ApplyTo(GracefulHttpOptions options)
    {
        options.Enabled = Read(options, nameof(options.Enabled), options.Enabled, bool.TryParse, "true or false");
        options.Strategy = Read(options, nameof(options.Strategy), options.Strategy, TryParseStrategy, Bounds.Strategy);
        options.DrainTimeout = Duration(options, nameof(options.DrainTimeout), options.DrainTimeout);
        options.MaxDrainSize = Read<long>(options, nameof(options.MaxDrainSize), options.MaxDrainSize, TryParse, Bounds.NotNegative);
        options.MaxConcurrentDrains = Read<int>(options, nameof(options.MaxConcurrentDrains), options.MaxConcurrentDrains, TryParse, Bounds.NotNegative);
        options.Http2ResetBurst = Read<int>(options, nameof(options.Http2ResetBurst), options.Http2ResetBurst, TryParse, Bounds.NotNegative);
        options.Http2ResetsPerSecond = Read<double>(options, nameof(options.Http2ResetsPerSecond), options.Http2ResetsPerSecond, TryParse, Bounds.FiniteNotNegative);
        options.LingerTimeout = Duration(options, nameof(options.LingerTimeout), options.LingerTimeout);
        options.MaxLingerSize = Read<long>(options, nameof(options.MaxLingerSize), options.MaxLingerSize, TryParse, Bounds.NotNegative);
        options.MaxLingeringConnections = Read<int>(options, nameof(options.MaxLingeringConnections), options.MaxLingeringConnections, TryParse, Bounds.NotNegative);
        options.ShutdownTimeout = Duration(options, nameof(options.ShutdownTimeout), options.ShutdownTimeout);
    }

    /// <summary>No thousands separators: what is 0.5 to some is 5 to others.</summary>
    private static bool TryParse<T>(string text, out T value)
        where T : struct, INumber<T> => T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);

    /// <summary>A bare number would be days, and who writes one means seconds.</summary>
    private static bool TryParseDuration(string text, out TimeSpan value)
    {
        value = default;
        return text.Contains(':') && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>One of them: a list would be taken for flags.</summary>
    private static bool TryParseStrategy(string text, out AbandonStrategy value)
    {
        value = default;
        return !text.Contains(',') && Enum.TryParse(text, ignoreCase: true, out value);
    }

    private TimeSpan Duration(GracefulHttpOptions options, string name, TimeSpan current) =>
        Read(options, name, current, TryParseDuration, Bounds.Duration);

    private T Read<T>(GracefulHttpOptions options, string name, T current, Parser<T> parser, string bounds)
    {
        if (!_values.TryGetValue(name, out string? text))
        {
            return current;
        }

        if (parser(text, out T value))
        {
            return value;
        }

        // Once, also where the same section applies twice.
        string error = $"{name} is '{text}'; it must be {bounds}.";
        if (!options.Unreadable.Contains(error))
        {
            options.Unreadable.Add(error);
        }

        return current;
    }

    private delegate bool Parser<T>(string text, out T value);
}
