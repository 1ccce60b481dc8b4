using System.Globalization;
using GracefulHttp.Validation;
using Microsoft.Extensions.Configuration;

namespace GracefulHttp.DependencyInjection;

/// <summary>What a section of the configuration says at one moment.</summary>
internal sealed class SectionValues(IConfigurationSection section)
{
    private readonly Dictionary<string, string> _values = section.GetChildren()
        .Where(static child => child.Value is not null)
        .ToDictionary(static child => child.Key, static child => child.Value!, StringComparer.OrdinalIgnoreCase);

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

    private static bool TryParse<T>(string text, out T value)
        where T : struct, ISpanParsable<T> => T.TryParse(text, CultureInfo.InvariantCulture, out value);

    private static bool TryParseDuration(string text, out TimeSpan value) => TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out value);

    private static bool TryParseStrategy(string text, out AbandonStrategy value) => Enum.TryParse(text, ignoreCase: true, out value);

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

        options.Unreadable.Add($"{name} is '{text}'; it must be {bounds}.");
        return current;
    }

    private delegate bool Parser<T>(string text, out T value);
}
