using GracefulHttp;
using GracefulHttp.DependencyInjection;
using GracefulHttp.Validation;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds GracefulHttp to the clients of <see cref="IHttpClientFactory"/>.</summary>
/// <remarks>
/// <para>
/// The handler comes innermost, below all others of the client whatever the order of the calls, and its
/// <see cref="SocketsHttpHandler"/> gets <see cref="GracefulSocketsHttpHandlerExtensions.UseGracefulClose"/>. Calling it twice adds it
/// once; the options of both calls apply, in their order. In <c>ConfigureHttpClientDefaults</c> it adds it to all clients.
/// </para>
/// <para>
/// Options are named by client and validated when the host starts. From the moment the host stops nothing new is drained. When
/// all its services have stopped, or where there is no host when the container is disposed, the pools of the clients are closed,
/// and drains and closing connections are waited for, at most <see cref="GracefulHttpOptions.ShutdownTimeout"/>
/// (<c>Dispose</c> of a container does not wait, <c>DisposeAsync</c> does). A client that is used after that fails with
/// <see cref="ObjectDisposedException"/>. A request that runs then, and that nobody cancels, is not waited for: give it a token
/// that fires when the host stops.
/// </para>
/// </remarks>
public static class GracefulHttpClientBuilderExtensions
{
    /// <summary>Ends the requests of this client gracefully when their callers leave, and its connections whoever ends them.</summary>
    /// <param name="builder">The client.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is <see langword="null"/>.</exception>
    public static IHttpClientBuilder AddGracefulHttp(this IHttpClientBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddGracefulHttpClients();
        builder.Register(isWanted: true);

        // ConfigureHttpClientDefaults has no name, of which validation on start knows nothing: the defaults are checked instead.
        builder.Services.AddOptions<GracefulHttpOptions>(builder.Name ?? Options.Options.DefaultName).ValidateOnStart();
        return builder;
    }

    /// <inheritdoc cref="AddGracefulHttp(IHttpClientBuilder)"/>
    /// <param name="builder">The client.</param>
    /// <param name="configure">Sets the options of this client.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IHttpClientBuilder AddGracefulHttp(this IHttpClientBuilder builder, Action<GracefulHttpOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.AddOptions(configure);
        return builder.AddGracefulHttp();
    }

    /// <inheritdoc cref="AddGracefulHttp(IHttpClientBuilder)"/>
    /// <param name="builder">The client.</param>
    /// <param name="section">
    /// The options of this client, with the names of the properties of <see cref="GracefulHttpOptions"/>. A reload applies to the
    /// requests that are sent after it; one that is not valid is logged, and changes nothing. That holds for sections that are given
    /// here: what <c>services.Configure</c> binds to a section throws <see cref="OptionsValidationException"/> out of such a reload. A name
    /// that is none of them, nor of <see cref="GracefulRetryOptions"/>, is logged and ignored; sections of other names are left alone.
    /// </param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IHttpClientBuilder AddGracefulHttp(this IHttpClientBuilder builder, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(section);
        builder.AddOptions<GracefulHttpOptions>(section, static (values, options) => values.ApplyTo(options));
        return builder.AddGracefulHttp();
    }

    /// <summary>Takes one client out of what <c>ConfigureHttpClientDefaults</c> has added GracefulHttp to.</summary>
    /// <param name="builder">The client.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is <see langword="null"/>.</exception>
    public static IHttpClientBuilder RemoveGracefulHttp(this IHttpClientBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Register(isWanted: false);
        return builder;
    }

    private static void Register(this IHttpClientBuilder builder, bool isWanted)
    {
        string? name = builder.Name;
        builder.Services.Configure<ClientRegistration>(name, registration => registration.Set(name, isWanted));
    }

    private static void AddGracefulHttpClients(this IServiceCollection services)
    {
        services.TryAddSingleton<GracefulHttpClients>();
        services.TryAddSingleton<IReloadedClients<GracefulHttpOptions>>(static services => services.GetRequiredService<GracefulHttpClients>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<HttpClientFactoryOptions>, HandlerInsertion>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<GracefulHttpOptions>>(
            new GracefulHttpOptionsValidator<GracefulHttpOptions>("GracefulHttp", OptionsValidation.Validate)));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, GracefulShutdown>());
    }
}
