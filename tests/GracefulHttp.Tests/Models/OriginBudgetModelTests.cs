using System.Net;
using FsCheck.Fluent;
using GracefulHttp.Abandonment;
using GracefulHttp.TestKit.Time;
using GracefulHttp.Validation;

namespace GracefulHttp.Tests.Models;

/// <summary>What abandoned requests may cost an origin: half of its connections, and so many resets.</summary>
public sealed class OriginBudgetModelTests
{
    private const int FreeResets = 3;

    [Fact]
    public Task Budget_AnyStepsInAnyOrder_DoesAsItsModel() => Steps.CheckAsync(
        from kind in Gen.Elements(Enum.GetValues<Step>())
        from limits in Gen.Elements((0, 1), (4, 3), (16, 4), (16, int.MaxValue))
        select (kind, limits),
        Run,
        sequences: 1_000);

    private static void Run((Step Kind, (int Burst, int Connections) Limits)[] steps)
    {
        (int burst, int connections) = steps.Length > 0 ? steps[0].Limits : default;
        var clock = new FakeTimeProvider();
        var options = new GracefulHttpOptions { Http2ResetBurst = burst, Http2ResetsPerSecond = 0.5 };
        var budget = new OriginBudget(new CurrentOptions<GracefulHttpOptions>(options), connections, clock);
        using var answer = new HttpResponseMessage { Version = HttpVersion.Version20 };
        using var http1 = new HttpResponseMessage { Version = HttpVersion.Version11 };
        double tokens = burst;
        int resets = 0, completed = 0, drains = 0;
        foreach ((Step kind, _) in steps)
        {
            switch (kind)
            {
                case Step.TryReset:
                    bool mayReset = tokens >= 1 && (resets < FreeResets || 2 * (resets + 1) < completed);
                    budget.TryReset().ShouldBe(mayReset);
                    (tokens, resets) = mayReset ? (tokens - 1, resets + 1) : (tokens, resets);
                    break;
                case Step.ResetAnyway:
                    budget.CountReset();
                    (tokens, resets) = (Math.Max(0, tokens - 1), resets + 1);
                    break;
                case Step.Complete:
                    budget.CountCompleted(answer);
                    budget.CountCompleted(http1);
                    completed++;
                    break;
                case Step.Wait:
                    clock.Advance(TimeSpan.FromSeconds(1));
                    tokens = Math.Min(burst, tokens + 0.5);
                    break;
                case Step.BeginDrain:
                    bool mayDrain = drains < Math.Ceiling(connections / 2.0);
                    budget.TryBeginDrain().ShouldBe(mayDrain);
                    drains += mayDrain ? 1 : 0;
                    break;
                case Step.EndDrain when drains > 0:
                    budget.EndDrain();
                    drains--;
                    break;
            }

            (budget.IsDraining, budget.IsIdle).ShouldBe((drains > 0, drains == 0 && tokens >= burst));
        }
    }

    private enum Step
    {
        TryReset,
        ResetAnyway,
        Complete,
        Wait,
        BeginDrain,
        EndDrain,
    }
}
