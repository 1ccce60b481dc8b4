using GracefulHttp.Connections;
using GracefulHttp.Validation;

namespace GracefulHttp.Retry;

/// <summary>The retry budgets of all origins that one client talks to.</summary>
internal sealed class RetryBudgets(ICurrentOptions<GracefulRetryOptions> options, TimeProvider timeProvider) : PerOrigin<RetryBudget>
{
    protected override RetryBudget Create() => new(options, timeProvider);

    protected override bool IsIdle(RetryBudget value) => value.IsIdle;

    protected override bool IsHeld(RetryBudget value) => value.IsHeld;
}
