using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace GracefulHttp.DependencyInjection;

/// <summary>
/// Options from a section of the configuration, read by hand: that tells every value that cannot be read and not only the first,
/// and needs no reflection. They stay as they were read last, so that a bad reload reaches nobody, not even a client that is
/// made after it.
/// </summary>
internal sealed class SectionBinding(string? name, IConfigurationSection section) : IConfigureNamedOptions<GracefulHttpOptions>
{
    private readonly ThreadLocal<SectionValues?> _tried = new();
    private volatile SectionValues _values = new(section);

    /// <summary>Whose options; null for those of all clients.</summary>
    public string? Name => name;

    public IConfigurationSection Section => section;

    /// <inheritdoc cref="SectionValues.Unknown"/>
    public IEnumerable<string> Unknown => _values.Unknown;

    public void Configure(GracefulHttpOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, GracefulHttpOptions options)
    {
        if (Name is null || Name == name)
        {
            (_tried.Value ?? _values).ApplyTo(options);
        }
    }

    /// <summary>Reads the section again, and keeps what it says if <paramref name="check"/>, which sees it already, does not throw.</summary>
    public void Reload(Action check)
    {
        var values = new SectionValues(section);
        _tried.Value = values;
        try
        {
            check();
            _values = values;
        }
        finally
        {
            _tried.Value = null;
        }
    }
}
