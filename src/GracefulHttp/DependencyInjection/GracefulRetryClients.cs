using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using GracefulHttp.Retry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GracefulHttp.DependencyInjection;

/// <summary>The clients of one container that retry, by name, with what the handlers of each share.</summary>
internal sealed class GracefulRetryClients : IReloadedClients<GracefulRetryOptions>, IDisposable
{
    private readonly IServiceProvider _services;
    private readonly IOptionsMonitor<GracefulRetryOptions> _options;
    private readonly ConcurrentDictionary<string, RetryState> _clients = new();
    private readonly IDisposable? _reloads;

    public GracefulRetryClients(IServiceProvider services, IOptionsMonitor<GracefulRetryOptions> options)
    {
        _services = services;
        _options = options;
        _reloads = options.OnChange(Reload);
    }

    /// <inheritdoc />
    public ICollection<string> Names => _clients.Keys;

    /// <summary>A new handler for a client, which the caller owns.</summary>
    /// <exception cref="OptionsValidationException">An option of the client is out of its bounds.</exception>
    public GracefulRetryHandler CreateHandler(string name) =>
        GracefulRetryHandler.For(_clients.GetOrAdd(name, static (name, self) => self.CreateClient(name), this));

    /// <inheritdoc />
    public void Reload(GracefulRetryOptions options, string? name)
    {
        if (_clients.TryGetValue(name ?? Options.DefaultName, out RetryState? client))
        {
            client.Options.Value = new GracefulRetryOptions(options);
        }
    }

    public void Dispose() => _reloads?.Dispose();

    private RetryState CreateClient(string name) => new(
        new GracefulRetryOptions(_options.Get(name)),
        _services.GetService<ILoggerFactory>(),
        _services.GetService<IMeterFactory>(),
        _services.GetService<TimeProvider>() ?? TimeProvider.System);
}
