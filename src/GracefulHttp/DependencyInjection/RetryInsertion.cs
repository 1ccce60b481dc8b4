using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace GracefulHttp.DependencyInjection;

/// <summary>
/// Adds the retries to a client's chain, where the first call of <c>AddGracefulRetry</c> stands among the user's own. Not to a client
/// that has been taken out: without GracefulHttp below, retries do the damage they are known for.
/// </summary>
internal sealed class RetryInsertion(IServiceProvider services, IOptionsMonitor<ClientRegistration> registrations)
    : IPostConfigureOptions<HttpClientFactoryOptions>
{
    /// <summary>Marks the place, without a service provider.</summary>
    public static void Insert(HttpMessageHandlerBuilder builder) =>
        builder.Services.GetRequiredService<RetryInsertion>().InsertOnce(builder);

    /// <summary>After everything of the user's: the total time-out takes the place of the client's.</summary>
    public void PostConfigure(string? name, HttpClientFactoryOptions options)
    {
        if (options.HttpMessageHandlerBuilderActions.Contains(Insert) && registrations.Get(name).IsWanted)
        {
            options.HttpClientActions.Add(static client => client.Timeout = Timeout.InfiniteTimeSpan);
        }
    }

    private void InsertOnce(HttpMessageHandlerBuilder builder)
    {
        string name = builder.Name ?? Options.DefaultName;
        if (registrations.Get(name).IsWanted && !builder.AdditionalHandlers.Any(static handler => handler is GracefulRetryHandler))
        {
            builder.AdditionalHandlers.Add(services.GetRequiredService<GracefulRetryClients>().CreateHandler(name));
        }
    }
}
