using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace GracefulHttp.DependencyInjection;

/// <summary>
/// Puts the handler below all others of a client. Options are configured after the user's, in whatever order he has called, and so
/// the handler is added last; one for all clients, so that it cannot be added twice.
/// </summary>
internal sealed class HandlerInsertion(IServiceProvider services, IOptionsMonitor<ClientRegistration> registrations)
    : IPostConfigureOptions<HttpClientFactoryOptions>
{
    public void PostConfigure(string? name, HttpClientFactoryOptions options)
    {
        if (registrations.Get(name).IsWanted)
        {
            // Not asked for when a client is made: the container may be gone then.
            var clients = services.GetRequiredService<GracefulHttpClients>();
            options.HttpMessageHandlerBuilderActions.Add(builder => Insert(builder, clients));
            options.HttpClientActions.Add(_ => clients.CloseLate(name ?? Options.DefaultName));
        }
    }

    private static void Insert(HttpMessageHandlerBuilder builder, GracefulHttpClients clients)
    {
        // One that the user has put in by himself stays as he made it.
        if (!builder.AdditionalHandlers.Any(static handler => handler is GracefulHttpHandler) && !IsIn(builder.PrimaryHandler))
        {
            builder.AdditionalHandlers.Add(clients.CreateHandler(builder.Name ?? Options.DefaultName));
        }
    }

    private static bool IsIn(HttpMessageHandler? handler) =>
        handler is GracefulHttpHandler || (handler is DelegatingHandler { InnerHandler: var inner } && IsIn(inner));
}
