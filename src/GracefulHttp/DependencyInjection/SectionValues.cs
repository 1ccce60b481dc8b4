using System.Globalization;
using System.Numerics;
using GracefulHttp.Validation;
using Microsoft.Extensions.Configuration;

namespace GracefulHttp.DependencyInjection;

/// <summary>What a section of the configuration says at one moment.</summary>
internal sealed class SectionValues(IConfigurationSection section)
{
    /// <summary>What a configuration can say: options of both kinds, for one section may be that of both.</summary>
    private static readonly HashSet<string> Known = new(
        typeof(GracefulHttpOptions).GetProperties().Concat(typeof(GracefulRetryOptions).GetProperties())
            .Where(static property => !property.PropertyType.IsAssignableTo(typeof(Delegate)))
            .Select(static property => property.Name),
        StringComparer.OrdinalIgnoreCase);

    private readonly Dictionary<string, string> _values = section.GetChildren()
        .Where(static child => child.Value is not null)
        .ToDictionary(static child => child.Key, static child => child.Value!, StringComparer.OrdinalIgnoreCase);

    /// <summary>Options that have no value but some below them: a list, or a section.</summary>
    private readonly HashSet<string> _nested = section.GetChildren()
        .Where(static child => child.Value is null && Known.Contains(child.Key) && child.GetChildren().Any())
        .Select(static child => child.Key)
        .ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>A section that is itself a value, as a strategy where its name should be.</summary>
    private readonly string? _itself = section.Value;

    /// <summary>What it says that is no option, and would go unnoticed: a misspelt name, a value of its own.</summary>
    public IEnumerable<string> Unknown =>
        _values.Keys.Where(static name => !Known.Contains(name)).Concat(_itself is null ? [] : [$"'{_itself}'"]);

    public void ApplyTo(GracefulHttpOptions options)
    {
        options.Enabled = Flag(options.Unreadable, nameof(options.Enabled), options.Enabled);
        options.Strategy = Read(options.Unreadable, nameof(options.Strategy), options.Strategy, TryParseStrategy, Bounds.Strategy);
        options.DrainTimeout = Duration(options.Unreadable, nameof(options.DrainTimeout), options.DrainTimeout);
        options.MaxDrainSize = Read<long>(options.Unreadable, nameof(options.MaxDrainSize), options.MaxDrainSize, TryParse, Bounds.NotNegativeLong);
        options.MaxConcurrentDrains = Read<int>(options.Unreadable, nameof(options.MaxConcurrentDrains), options.MaxConcurrentDrains, TryParse, Bounds.NotNegativeInt);
        options.Http2ResetBurst = Read<int>(options.Unreadable, nameof(options.Http2ResetBurst), options.Http2ResetBurst, TryParse, Bounds.NotNegativeInt);
        options.Http2ResetsPerSecond = Read<double>(options.Unreadable, nameof(options.Http2ResetsPerSecond), options.Http2ResetsPerSecond, TryParse, Bounds.FiniteNotNegative);
        options.LingerTimeout = Duration(options.Unreadable, nameof(options.LingerTimeout), options.LingerTimeout);
        options.MaxLingerSize = Read<long>(options.Unreadable, nameof(options.MaxLingerSize), options.MaxLingerSize, TryParse, Bounds.NotNegativeLong);
        options.MaxLingeringConnections = Read<int>(options.Unreadable, nameof(options.MaxLingeringConnections), options.MaxLingeringConnections, TryParse, Bounds.NotNegativeInt);
        options.ShutdownTimeout = Duration(options.Unreadable, nameof(options.ShutdownTimeout), options.ShutdownTimeout);
    }

    public void ApplyTo(GracefulRetryOptions options)
    {
        List<(string Option, string Error)> unreadable = options.Unreadable;
        options.TotalRequestTimeout = Duration(unreadable, nameof(options.TotalRequestTimeout), options.TotalRequestTimeout);
        options.AttemptTimeout = Duration(unreadable, nameof(options.AttemptTimeout), options.AttemptTimeout);
        options.MaxRetryAttempts = Read<int>(unreadable, nameof(options.MaxRetryAttempts), options.MaxRetryAttempts, TryParse, Bounds.Retries);
        options.Delay = Duration(unreadable, nameof(options.Delay), options.Delay);
        options.MaxDelay = Duration(unreadable, nameof(options.MaxDelay), options.MaxDelay);
        options.AcceptLateResponses = Flag(unreadable, nameof(options.AcceptLateResponses), options.AcceptLateResponses);
        options.RetryNonIdempotentMethods = Flag(unreadable, nameof(options.RetryNonIdempotentMethods), options.RetryNonIdempotentMethods);
        options.RetryRatio = Read<double>(unreadable, nameof(options.RetryRatio), options.RetryRatio, TryParse, Bounds.Ratio);
        options.MinRetriesPerSecond = Read<int>(unreadable, nameof(options.MinRetriesPerSecond), options.MinRetriesPerSecond, TryParse, Bounds.NotNegativeInt);
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

    private TimeSpan Duration(List<(string Option, string Error)> unreadable, string name, TimeSpan current) =>
        Read(unreadable, name, current, TryParseDuration, Bounds.Duration);

    private bool Flag(List<(string Option, string Error)> unreadable, string name, bool current) => Read(unreadable, name, current, bool.TryParse, "true or false");

    private T Read<T>(List<(string Option, string Error)> unreadable, string name, T current, Parser<T> parser, string bounds)
    {
        if (_nested.Contains(name))
        {
            Tell("a list or a section");
            return current;
        }

        if (!_values.TryGetValue(name, out string? text))
        {
            return current;
        }

        if (parser(text, out T value))
        {
            return value;
        }

        Tell($"'{text}'");
        return current;

        void Tell(string what)
        {
            // Once, also where the same section applies twice.
            (string Option, string Error) error = (name, $"{name} is {what}; it must be {bounds}.");
            if (!unreadable.Contains(error))
            {
                unreadable.Add(error);
            }
        }
    }

    private delegate bool Parser<T>(string text, out T value);
}
