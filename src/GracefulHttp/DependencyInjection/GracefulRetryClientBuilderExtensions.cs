using GracefulHttp;
using GracefulHttp.DependencyInjection;
using GracefulHttp.Validation;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds time-outs and retries to the clients of <see cref="IHttpClientFactory"/>.</summary>
/// <remarks>
/// <para>
/// It implies <see cref="GracefulHttpClientBuilderExtensions.AddGracefulHttp(IHttpClientBuilder)"/>, and makes
/// <see cref="HttpClient.Timeout"/> infinite, whatever else is configured:
/// <see cref="GracefulRetryOptions.TotalRequestTimeout"/> takes its place. That ends with the response headers; a body that is buffered, by
/// <c>GetStringAsync</c> for one, has no time-out any more: give such a call a token.
/// </para>
/// <para>
/// Handlers that are added to the client before it see a call once; those that are added after it see every attempt. Calling it twice
/// adds it once, in the first place; the options of both calls apply, in their order. The retry budget of an origin is shared by all
/// handlers of a client.
/// </para>
/// </remarks>
public static class GracefulRetryClientBuilderExtensions
{
    /// <summary>Retries the requests of this client, with a time-out for each attempt and one for all.</summary>
    /// <param name="builder">The client.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is <see langword="null"/>.</exception>
    public static IHttpClientBuilder AddGracefulRetry(this IHttpClientBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceCollection services = builder.Services;
        services.TryAddSingleton<GracefulRetryClients>();
        services.TryAddSingleton<IReloadedClients<GracefulRetryOptions>>(static services => services.GetRequiredService<GracefulRetryClients>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<GracefulRetryOptions>>(
            new GracefulHttpOptionsValidator<GracefulRetryOptions>("GracefulRetry", RetryOptionsValidation.Validate)));
        services.TryAddSingleton<RetryInsertion>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<HttpClientFactoryOptions>, RetryInsertion>());
        services.Configure<HttpClientFactoryOptions>(builder.Name, static options => options.HttpMessageHandlerBuilderActions.Add(RetryInsertion.Insert));
        services.AddOptions<GracefulRetryOptions>(builder.Name ?? Options.Options.DefaultName).ValidateOnStart();
        return builder.AddGracefulHttp();
    }

    /// <inheritdoc cref="AddGracefulRetry(IHttpClientBuilder)"/>
    /// <param name="builder">The client.</param>
    /// <param name="configure">Sets the options of this client.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IHttpClientBuilder AddGracefulRetry(this IHttpClientBuilder builder, Action<GracefulRetryOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.AddOptions(configure);
        return builder.AddGracefulRetry();
    }

    /// <inheritdoc cref="AddGracefulRetry(IHttpClientBuilder)"/>
    /// <param name="builder">The client.</param>
    /// <param name="section">
    /// The options of this client, with the names of the properties of <see cref="GracefulRetryOptions"/>. A reload applies to the calls
    /// that begin after it; one that is not valid is logged, and changes nothing. What <c>services.Configure</c> binds to a section throws
    /// <see cref="OptionsValidationException"/> out of such a reload.
    /// </param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IHttpClientBuilder AddGracefulRetry(this IHttpClientBuilder builder, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(section);
        builder.AddOptions<GracefulRetryOptions>(section, static (values, options) => values.ApplyTo(options));
        return builder.AddGracefulRetry();
    }
}
