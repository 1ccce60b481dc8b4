using GracefulHttp.Connections;
using GracefulHttp.Validation;

namespace GracefulHttp.Abandonment;

/// <summary>The budgets of all origins that a handler talks to.</summary>
internal sealed class OriginBudgets(ICurrentOptions<GracefulHttpOptions> options, int maxConnectionsPerServer, TimeProvider timeProvider)
    : PerOrigin<OriginBudget>
{
    protected override OriginBudget Create() => new(options, maxConnectionsPerServer, timeProvider);

    protected override bool IsIdle(OriginBudget value) => value.IsIdle;

    protected override bool IsHeld(OriginBudget value) => value.IsDraining;
}
