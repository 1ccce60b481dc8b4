using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using GracefulHttp.Abandonment;
using GracefulHttp.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GracefulHttp.DependencyInjection;

/// <summary>The clients of one container that end gracefully, by name, with what the handlers of each share.</summary>
internal sealed class GracefulHttpClients : IDisposable
{
    private readonly IOptionsMonitor<GracefulHttpOptions> _options;
    private readonly ILoggerFactory? _loggerFactory;
    private readonly IMeterFactory? _meterFactory;
    private readonly TimeProvider _timeProvider;
    private readonly ConcurrentDictionary<string, ClientState> _clients = new();
    private readonly HandlerList _handlers = new();
    private readonly IDisposable? _reloads;
    private volatile bool _isStopping;

    public GracefulHttpClients(IServiceProvider services, IOptionsMonitor<GracefulHttpOptions> options)
    {
        _options = options;
        _loggerFactory = services.GetService<ILoggerFactory>();
        _meterFactory = services.GetService<IMeterFactory>();
        _timeProvider = services.GetService<TimeProvider>() ?? TimeProvider.System;
        _reloads = options.OnChange(Reload);
    }

    /// <summary>The names of the clients that have had a handler.</summary>
    public ICollection<string> Names => _clients.Keys;

    /// <summary>A new handler for a client, which the caller owns.</summary>
    /// <exception cref="OptionsValidationException">An option of the client is out of its bounds.</exception>
    public GracefulHttpHandler CreateHandler(string name)
    {
        ClientState client = _clients.GetOrAdd(name, static (name, self) => self.CreateClient(name), this);
        if (_isStopping)
        {
            client.Drains.RefuseDrains();
        }

        var handler = GracefulHttpHandler.For(client, _loggerFactory, _meterFactory, _timeProvider);
        _handlers.Add(handler);
        return handler;
    }

    /// <summary>The options of this client are others from now on.</summary>
    public void Reload(GracefulHttpOptions options, string? name)
    {
        if (_clients.TryGetValue(name ?? Options.DefaultName, out ClientState? client))
        {
            client.Options.Value = new GracefulHttpOptions(options);
        }
    }

    /// <summary>What is abandoned from now on is closed, not drained.</summary>
    public void RefuseDrains()
    {
        _isStopping = true;
        foreach (ClientState client in _clients.Values)
        {
            client.Drains.RefuseDrains();
        }
    }

    /// <summary>Closes the connections of all clients, and waits until they and what else goes on in the background have ended.</summary>
    /// <returns>How many connections and requests had not ended when their client's time was up.</returns>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    public async Task<int> CloseAsync(CancellationToken cancellationToken)
    {
        _handlers.DisposeAll();
        int[] left = await Task.WhenAll(_clients.Values.Select(client => CloseAsync(client, cancellationToken))).ConfigureAwait(false);
        return left.Sum();
    }

    public void Dispose() => _reloads?.Dispose();

    private async Task<int> CloseAsync(ClientState client, CancellationToken cancellationToken)
    {
        try
        {
            await client.Work.WhenIdleAsync(cancellationToken)
                .WaitAsync(client.Options.Value.ShutdownTimeout, _timeProvider, cancellationToken).ConfigureAwait(false);
            return 0;
        }
        catch (TimeoutException)
        {
            return client.Work.Running;
        }
    }

    private ClientState CreateClient(string name) => new(new GracefulHttpOptions(_options.Get(name)), QuietLogger.Create(_loggerFactory));
}
