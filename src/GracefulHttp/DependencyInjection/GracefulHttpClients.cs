using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using GracefulHttp.Abandonment;
using GracefulHttp.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GracefulHttp.DependencyInjection;

/// <summary>The clients of one container that end gracefully, by name. They end with it: a factory leaves its handlers behind.</summary>
internal sealed class GracefulHttpClients : IReloadedClients<GracefulHttpOptions>, IDisposable, IAsyncDisposable
{
    private readonly IOptionsMonitor<GracefulHttpOptions> _options;
    private readonly ILoggerFactory? _loggerFactory;
    private readonly IMeterFactory? _meterFactory;
    private readonly TimeProvider _timeProvider;
    private readonly ConcurrentDictionary<string, FactoryClient> _clients = new();
    private readonly IDisposable? _reloads;
    private volatile bool _isStopping;
    private int _isClosed;

    public GracefulHttpClients(IServiceProvider services, IOptionsMonitor<GracefulHttpOptions> options)
    {
        _options = options;
        _loggerFactory = services.GetService<ILoggerFactory>();
        _meterFactory = services.GetService<IMeterFactory>();
        _timeProvider = services.GetService<TimeProvider>() ?? TimeProvider.System;
        _reloads = options.OnChange(Reload);
    }

    /// <inheritdoc />
    public ICollection<string> Names => _clients.Keys;

    /// <summary>A new handler for a client, which the caller owns.</summary>
    /// <exception cref="OptionsValidationException">An option of the client is out of its bounds.</exception>
    public GracefulHttpHandler CreateHandler(string name)
    {
        FactoryClient client = _clients.GetOrAdd(name, static (name, self) => self.CreateClient(name), this);
        if (_isStopping)
        {
            client.State.Drains.RefuseDrains();
        }

        var handler = GracefulHttpHandler.For(client.State, _loggerFactory, _meterFactory, _timeProvider);
        client.Handlers.Add(handler);
        return handler;
    }

    /// <summary>Ends a client that was made when all others had ended. Not before its chain is whole: a handler that is disposed takes none below it.</summary>
    public void CloseLate(string name)
    {
        if (Volatile.Read(ref _isClosed) != 0 && _clients.TryGetValue(name, out FactoryClient? client))
        {
            client.Handlers.DisposeAll();
        }
    }

    /// <inheritdoc />
    public void Reload(GracefulHttpOptions options, string? name)
    {
        if (_clients.TryGetValue(name ?? Options.DefaultName, out FactoryClient? client))
        {
            client.State.Options.Value = new GracefulHttpOptions(options);
        }
    }

    /// <summary>What is abandoned from now on is closed, not drained.</summary>
    public void RefuseDrains()
    {
        _isStopping = true;
        foreach (FactoryClient client in _clients.Values)
        {
            client.State.Drains.RefuseDrains();
        }
    }

    /// <summary>
    /// Closes the connections of all clients, and waits until they and what else goes on in the background have ended, at most
    /// their <see cref="GracefulHttpOptions.ShutdownTimeout"/>. Once: who calls it again waits for nothing.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
        {
            return;
        }

        RefuseDrains();
        int[] left = await Task.WhenAll(_clients.Values.Select(client => client.CloseAsync(_timeProvider, cancellationToken))).ConfigureAwait(false);
        if (left.Sum() is not 0 and var sum)
        {
            Log.ShutdownIncomplete(QuietLogger.Create(_loggerFactory), sum);
        }
    }

    public void Dispose()
    {
        _reloads?.Dispose();
        RefuseDrains();
        foreach (FactoryClient client in _clients.Values)
        {
            client.Handlers.DisposeAll();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync(CancellationToken.None).ConfigureAwait(false);

        // It may have been closed long ago, and handlers made since.
        Dispose();
    }

    private FactoryClient CreateClient(string name) =>
        new(new ClientState(new GracefulHttpOptions(_options.Get(name)), QuietLogger.Create(_loggerFactory)));
}
