using GracefulHttp.Abandonment;

namespace GracefulHttp.DependencyInjection;

/// <summary>One client of a factory, by its name: what its handlers share, and those of them that are still used.</summary>
internal sealed class FactoryClient(ClientState state)
{
    public ClientState State => state;

    public HandlerList Handlers { get; } = new();

    /// <summary>Closes its connections, and waits until they and what else goes on in the background have ended.</summary>
    /// <returns>How many connections and requests had not ended when its time was up, or the token fired.</returns>
    public async Task<int> CloseAsync(TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        // The handlers too: a closer that the user has put on his primary handler himself counts there only.
        IEnumerable<Task> ends = Handlers.DisposeAll().Select(handler => handler.WaitForIdleAsync(cancellationToken))
            .Append(state.Work.WhenIdleAsync(cancellationToken));
        try
        {
            await Task.WhenAll(ends).WaitAsync(state.Options.Value.ShutdownTimeout, timeProvider, cancellationToken).ConfigureAwait(false);
            return 0;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return Math.Max(1, state.Work.Running);
        }
    }
}
