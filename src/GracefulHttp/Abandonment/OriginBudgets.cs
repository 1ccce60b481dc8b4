using System.Runtime.CompilerServices;
using GracefulHttp.Connections;
using GracefulHttp.Validation;

namespace GracefulHttp.Abandonment;

/// <summary>The budgets of all origins that a handler talks to.</summary>
internal sealed class OriginBudgets(ICurrentOptions<GracefulHttpOptions> options, int maxConnectionsPerServer, TimeProvider timeProvider)
    : PerOrigin<OriginBudget>
{
    private static readonly ConditionalWeakTable<SocketsHttpHandler, OriginBudgets> OfHandlers = [];

    /// <summary>
    /// Connections and streams are those of the handler that sends: where several of ours are above it they share its budgets, as
    /// they share the first one's closer and options.
    /// </summary>
    public static OriginBudgets Of(SocketsHttpHandler sockets, ICurrentOptions<GracefulHttpOptions> options, TimeProvider timeProvider) =>
        OfHandlers.GetValue(sockets, handler => new OriginBudgets(options, handler.MaxConnectionsPerServer, timeProvider));

    protected override OriginBudget Create() => new(options, maxConnectionsPerServer, timeProvider);

    protected override bool IsIdle(OriginBudget value) => value.IsIdle;

    protected override bool IsHeld(OriginBudget value) => value.IsDraining;
}
