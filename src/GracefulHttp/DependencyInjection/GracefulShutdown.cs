using Microsoft.Extensions.Hosting;

namespace GracefulHttp.DependencyInjection;

/// <summary>
/// Ends the clients when the application stops: a process that just exits leaves the kernel to answer whatever still comes with
/// RST, and a rolling deployment does that to all connections at once.
/// </summary>
internal sealed class GracefulShutdown(GracefulHttpClients clients) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Before any service stops: what they abandon while they do so is not let run.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken) => StopAsync(cancellationToken);

    /// <summary>Again, for a host that knows no more than this; there the clients are closed with the container.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        clients.RefuseDrains();
        return Task.CompletedTask;
    }

    /// <summary>After all services have stopped, the server among them, whose last requests may need the clients.</summary>
    public Task StoppedAsync(CancellationToken cancellationToken) => clients.CloseAsync(cancellationToken);
}
