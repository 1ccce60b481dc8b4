using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace GracefulHttp.DependencyInjection;

/// <summary>
/// Options from a section of the configuration, read by hand: that tells every value that cannot be read and not only the first,
/// and needs no reflection. They stay as they were read last, so that a bad reload reaches nobody, not even a client that is
/// made after it.
/// </summary>
/// <param name="name">Whose options; null for those of all clients.</param>
/// <param name="section">Where they are.</param>
/// <param name="apply">Sets what a section says on options.</param>
internal sealed class SectionBinding<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TOptions>(
    string? name, IConfigurationSection section, Action<SectionValues, TOptions> apply)
    : IConfigureNamedOptions<TOptions>, IOfClients
    where TOptions : class
{
    /// <summary>Those that a configuration can say.</summary>
    private static readonly HashSet<string> Names = new(
        typeof(TOptions).GetProperties().Where(static property => !property.PropertyType.IsAssignableTo(typeof(Delegate))).Select(static property => property.Name),
        StringComparer.OrdinalIgnoreCase);

    private readonly ThreadLocal<SectionValues?> _tried = new();
    private volatile SectionValues _values = new(section);

    /// <inheritdoc />
    public string? Name => name;

    public IConfigurationSection Section => section;

    /// <summary>What it says that is no option: a misspelt name, which would go unnoticed.</summary>
    public IEnumerable<string> Unknown => _values.Names.Where(static name => !Names.Contains(name));

    public void Configure(TOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, TOptions options)
    {
        if (Name is null || Name == name)
        {
            apply(_tried.Value ?? _values, options);
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
