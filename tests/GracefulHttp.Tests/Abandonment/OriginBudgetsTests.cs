using GracefulHttp.Abandonment;
using GracefulHttp.Validation;
using GracefulHttp.TestKit.Time;

namespace GracefulHttp.Tests.Abandonment;

public sealed class OriginBudgetsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void For_VeryManyOriginsThatHaveReset_RemembersABoundedNumber(double resetsPerSecond)
    {
        var options = new GracefulHttpOptions { Http2ResetBurst = 1, Http2ResetsPerSecond = resetsPerSecond };
        var budgets = new OriginBudgets(new CurrentOptions<GracefulHttpOptions>(options), int.MaxValue, new FakeTimeProvider());

        for (int i = 0; i < 20_000; i++)
        {
            budgets.For(new Uri($"http://host-{i}/")).TryReset().ShouldBeTrue();
        }

        budgets.Count.ShouldBeLessThanOrEqualTo(1001);
    }

    /// <summary>Tomcat's fourth early reset of a connection does not ask which of our handlers sent the others.</summary>
    [Fact]
    public void Of_TwoHandlersOverOneThatSends_AreTheSame()
    {
        var options = new CurrentOptions<GracefulHttpOptions>(new GracefulHttpOptions());
        using var sockets = new SocketsHttpHandler();
        using var other = new SocketsHttpHandler();

        OriginBudgets first = OriginBudgets.Of(sockets, options, new FakeTimeProvider());

        OriginBudgets.Of(sockets, options, new FakeTimeProvider()).ShouldBeSameAs(first);
        OriginBudgets.Of(other, options, new FakeTimeProvider()).ShouldNotBeSameAs(first);
    }

    [Fact]
    public void For_OriginWithADrain_IsRememberedHoweverManyComeAfterIt()
    {
        var budgets = new OriginBudgets(new CurrentOptions<GracefulHttpOptions>(new GracefulHttpOptions()), maxConnectionsPerServer: 1, new FakeTimeProvider());
        var uri = new Uri("http://draining/");
        OriginBudget draining = budgets.For(uri);
        draining.TryBeginDrain().ShouldBeTrue();

        for (int i = 0; i < 5000; i++)
        {
            budgets.For(new Uri($"http://host-{i}/"));
        }

        budgets.For(uri).ShouldBeSameAs(draining);
    }
}
