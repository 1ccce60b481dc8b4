using System.Net;
using FsCheck;
using FsCheck.Fluent;
using GracefulHttp.Retry;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Time;
using GracefulHttp.Validation;

namespace GracefulHttp.Tests.Retry;

public sealed class RetryBudgetTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _clock = new();

    /// <summary>Something that happens to a budget.</summary>
    private enum Event
    {
        Request,
        Retry,
        CallEnds,
        TimePasses,
    }

    [Fact]
    public void TryTake_FreshBudget_AllowsTheMinimumOfASecond()
    {
        RetryBudget budget = NewBudget(ratio: 0, perSecond: 3);

        Takes(budget, 10).ShouldBe(3);
        _clock.Advance(Second / 3 * 2);
        Takes(budget, 10).ShouldBe(0, "all three are held");
        budget.GiveBack(3, []);
        _clock.Advance(Second * 5);
        Takes(budget, 10).ShouldBe(3, "not saved up for longer than a second");
    }

    [Theory]
    [InlineData(0.2, 200, 40)]
    [InlineData(0.1, 10, 1)]
    [InlineData(1, 7, 7)]
    [InlineData(0, 1000, 0)]
    public void TryTake_Requests_AllowTheirShare(double ratio, int requests, int retries)
    {
        RetryBudget budget = NewBudget(ratio, perSecond: 0);
        for (int i = 0; i < requests; i++)
        {
            budget.CountRequest();
        }

        Takes(budget, requests + 1).ShouldBe(retries);
    }

    [Fact]
    public void TryTake_RequestsOfLongAgo_AreForgotten()
    {
        RetryBudget budget = NewBudget(ratio: 1, perSecond: 0);
        budget.CountRequest();
        _clock.Advance(Second * 9);
        budget.CountRequest();

        _clock.Advance(Second * 2);

        Takes(budget, 10).ShouldBe(1);
    }

    [Fact]
    public void TryTake_CallsThatHoldTheirTokens_LeaveNoRoomForNewOnes()
    {
        RetryBudget budget = NewBudget(ratio: 0, perSecond: 5);
        Takes(budget, 5).ShouldBe(5);

        _clock.Advance(Second * 10);
        Takes(budget, 5).ShouldBe(0);
        budget.GiveBack(2, []);
        _clock.Advance(Second * 10);

        Takes(budget, 5).ShouldBe(2);
    }

    [Fact]
    public async Task TryTake_AttemptsThatAreStillDrained_CountAsLoad()
    {
        var answer = new TaskCompletionSource<HttpResponseMessage>();
        using var graceful = new GracefulHttpHandler(new GracefulHttpOptions(), new StubHandler((_, _) => answer.Task));
        using var invoker = new HttpMessageInvoker(graceful, disposeHandler: false);
        using var caller = new CancellationTokenSource();
        var message = new HttpRequestMessage(HttpMethod.Get, "http://test/");
        RetryBudget budget = NewBudget(ratio: 0, perSecond: 1);
        budget.TryTake().ShouldBeTrue();
        Task<HttpResponseMessage> attempt = invoker.SendAsync(message, caller.Token);
        await caller.CancelAsync();
        await Should.ThrowAsync<TaskCanceledException>(attempt.WithinAsync());

        budget.GiveBack(1, [message]);
        _clock.Advance(Second * 2);
        budget.TryTake().ShouldBeFalse("its attempt drains");

        answer.SetResult(new HttpResponseMessage(HttpStatusCode.OK));
        await graceful.WaitForIdleAsync().WithinAsync();
        budget.IsIdle.ShouldBeFalse("the second has just begun");
        _clock.Advance(Second * 2);
        budget.TryTake().ShouldBeTrue();
    }

    [Fact]
    public void TryTake_WhateverHappens_RetriesStayWithinTheBudget()
    {
        Gen<(Event What, int Number)[]> events = Gen.Zip(Gen.Elements(Enum.GetValues<Event>()), Gen.Choose(1, 3000)).ArrayOf();
        Gen<(int Ratio, int PerSecond, (Event, int)[] Events)> runs = Gen.Zip(Gen.Choose(0, 10), Gen.Choose(0, 12))
            .SelectMany(rates => events.Select(happened => (rates.Item1, rates.Item2, happened)));

        Prop.ForAll(runs.ToArbitrary(), run => StaysWithin(run.Ratio / 10.0, run.PerSecond, run.Events))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(200));
    }

    [Fact]
    public void For_VeryManyOrigins_RemembersABoundedNumber()
    {
        var budgets = new RetryBudgets(new CurrentOptions<GracefulRetryOptions>(new GracefulRetryOptions()), _clock);
        RetryBudget held = budgets.For(new Uri("http://held/"));
        held.TryTake().ShouldBeTrue();

        for (int i = 0; i < 20_000; i++)
        {
            budgets.For(new Uri($"http://host-{i}/")).CountRequest();
        }

        budgets.Count.ShouldBeLessThanOrEqualTo(1001);
        budgets.For(new Uri("http://held/other")).ShouldBeSameAs(held);
    }

    /// <summary>Between any two moments, and of what is held at any moment.</summary>
    private static bool StaysWithin(double ratio, int perSecond, (Event What, int Number)[] events)
    {
        var clock = new FakeTimeProvider();
        RetryBudget budget = NewBudget(ratio, perSecond, clock);
        var requests = new List<TimeSpan>();
        var retries = new List<TimeSpan>();
        int held = 0;
        TimeSpan now = TimeSpan.Zero;
        foreach ((Event what, int number) in events)
        {
            switch (what)
            {
                case Event.Request:
                    for (int i = 0; i < number % 20; i++)
                    {
                        budget.CountRequest();
                        requests.Add(now);
                    }

                    break;
                case Event.Retry:
                    for (int i = 0; i < number % 20 && budget.TryTake(); i++)
                    {
                        retries.Add(now);
                        held++;
                        if (held > (ratio * Since(requests, now - (11 * Second))) + perSecond + 0.001)
                        {
                            return false;
                        }
                    }

                    break;
                case Event.CallEnds:
                    int ended = Math.Min(held, number % 5);
                    budget.GiveBack(ended, []);
                    held -= ended;
                    break;
                default:
                    clock.Advance(TimeSpan.FromMilliseconds(number));
                    now += TimeSpan.FromMilliseconds(number);
                    break;
            }
        }

        return retries.Distinct().All(start =>
            Since(retries, start) <= (ratio * Since(requests, start - (11 * Second))) + (perSecond * (1 + (now - start).TotalSeconds)) + 0.001);
    }

    private static int Since(List<TimeSpan> moments, TimeSpan start) => moments.Count(moment => moment >= start);

    private static int Takes(RetryBudget budget, int wanted)
    {
        int taken = 0;
        while (taken < wanted && budget.TryTake())
        {
            taken++;
        }

        return taken;
    }

    private static RetryBudget NewBudget(double ratio, int perSecond, TimeProvider clock) =>
        new(new CurrentOptions<GracefulRetryOptions>(new GracefulRetryOptions { RetryRatio = ratio, MinRetriesPerSecond = perSecond }), clock);

    private RetryBudget NewBudget(double ratio, int perSecond) => NewBudget(ratio, perSecond, _clock);
}
