using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace GracefulHttp.DependencyInjection;

/// <summary>
/// Options from a section of the configuration, read by hand: that tells every value that cannot be read and not only the first,
/// and needs no reflection. They are read when somebody asks, for sources may be added after the call that names the section, and
/// stay as they were read last, so that a bad reload reaches nobody, not even a client that is made after it.
/// </summary>
/// <param name="name">Whose options; null for those of all clients.</param>
/// <param name="section">Where they are.</param>
/// <param name="apply">Sets what a section says on options.</param>
internal sealed class SectionBinding<TOptions>(string? name, IConfigurationSection section, Action<SectionValues, TOptions> apply)
    : IConfigureNamedOptions<TOptions>, IOfClients
    where TOptions : class
{
    private readonly ThreadLocal<Lazy<SectionValues>?> _tried = new();
    private volatile SectionValues? _values;

    /// <inheritdoc />
    public string? Name => name;

    public IConfigurationSection Section => section;

    /// <inheritdoc cref="SectionValues.Unknown"/>
    public IEnumerable<string> Unknown => Values.Unknown;

    private SectionValues Values => _values ??= new SectionValues(section);

    public void Configure(TOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, TOptions options)
    {
        if (Name is null || Name == name)
        {
            apply(_tried.Value?.Value ?? Values, options);
        }
    }

    /// <summary>It is read again by who asks next: nobody was told of a change before this.</summary>
    public void Forget() => _values = null;

    /// <summary>Reads the sections again, and keeps what they say if <paramref name="check"/>, which sees it already, does not throw.</summary>
    public static void Reload(SectionBinding<TOptions>[] bindings, Action check)
    {
        Array.ForEach(bindings, static binding => binding._tried.Value = new(() => new SectionValues(binding.Section)));
        try
        {
            check();
            Array.ForEach(bindings, static binding => binding._values = binding._tried.Value!.Value);
        }
        finally
        {
            Array.ForEach(bindings, static binding => binding._tried.Value = null);
        }
    }
}
