using GracefulHttp.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace GracefulHttp.DependencyInjection;

/// <summary>
/// Ends the clients when the application stops: a process that just exits leaves the kernel to answer whatever still comes with
/// RST, and a rolling deployment does that to all connections at once.
/// </summary>
internal sealed class GracefulShutdown(GracefulHttpClients clients, ILoggerFactory? loggerFactory = null) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Before any service stops: what they abandon while they do so is not let run.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        clients.RefuseDrains();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>After all services have stopped, the server among them, whose last requests may need the clients.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        ILogger logger = QuietLogger.Create(loggerFactory);
        try
        {
            int left = await clients.CloseAsync(cancellationToken).ConfigureAwait(false);
            if (left != 0)
            {
                Log.ShutdownIncomplete(logger, left);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The host's own time is up; it says so.
        }
    }
}
