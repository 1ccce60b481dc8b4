using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace GracefulHttp.DependencyInjection;

/// <summary>Adds options by client. Those of all clients go before those of one, whichever call comes first: what <c>ConfigureHttpClientDefaults</c> promises.</summary>
internal static class ClientOptions
{
    public static void AddOptions<TOptions>(this IHttpClientBuilder builder, Action<TOptions> configure)
        where TOptions : class => builder.AddOptions<TOptions>(new DelegateBinding<TOptions>(builder.Name, configure));

    public static void AddOptions<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        this IHttpClientBuilder builder, IConfigurationSection section, Action<SectionValues, TOptions> apply)
        where TOptions : class
    {
        var binding = new SectionBinding<TOptions>(builder.Name, section, apply);
        builder.AddOptions<TOptions>(binding);
        builder.Services.AddSingleton<IOptionsChangeTokenSource<TOptions>>(services => new ValidatedReload<TOptions>(binding, services));
    }

    private static void AddOptions<TOptions>(this IHttpClientBuilder builder, IConfigureOptions<TOptions> options)
        where TOptions : class
    {
        var added = ServiceDescriptor.Singleton(options);
        int firstNamed = builder.Name is null
            ? builder.Services.ToList().FindIndex(static other => other.ServiceType == typeof(IConfigureOptions<TOptions>) && !IsOfAllClients(other))
            : -1;
        builder.Services.Insert(firstNamed < 0 ? builder.Services.Count : firstNamed, added);
    }

    private static bool IsOfAllClients(ServiceDescriptor descriptor) =>
        !descriptor.IsKeyedService && descriptor.ImplementationInstance is IOfClients { Name: null };

    /// <summary>Options from a delegate.</summary>
    private sealed class DelegateBinding<TOptions>(string? name, Action<TOptions> configure) : ConfigureNamedOptions<TOptions>(name, configure), IOfClients
        where TOptions : class;
}
