using FsCheck;
using FsCheck.Fluent;
using GracefulHttp.Retry;

namespace GracefulHttp.Tests.Retry;

public sealed class BackoffTests
{
    [Theory]
    [InlineData(0, 1.0, 200)]
    [InlineData(0, 0.0, 100)]
    [InlineData(1, 1.0, 400)]
    [InlineData(2, 0.5, 600)]
    [InlineData(9, 1.0, 10_000)]
    [InlineData(9, 0.0, 5_000)]
    public void After_Defaults_DoublesUpToItsBound(int attempt, double chance, int milliseconds) =>
        Backoff.After(new GracefulRetryOptions(), attempt, chance).ShouldBe(TimeSpan.FromMilliseconds(milliseconds));

    [Fact]
    public void After_AnyOptions_StaysBetweenHalfAndAllOfWhatIsConfigured()
    {
        Gen<(int Delay, int MaxDelay, int Attempt, int Chance)> inputs = Gen.Zip(
                Gen.Zip(Gen.Choose(1, 86_400_000), Gen.Choose(1, 86_400_000)), Gen.Zip(Gen.Choose(0, 9), Gen.Choose(0, 1000)))
            .Select(pair => (pair.Item1.Item1, pair.Item1.Item2, pair.Item2.Item1, pair.Item2.Item2));

        Prop.ForAll(inputs.ToArbitrary(), input =>
        {
            var options = new GracefulRetryOptions
            {
                Delay = TimeSpan.FromMilliseconds(input.Delay),
                MaxDelay = TimeSpan.FromMilliseconds(input.MaxDelay),
            };
            TimeSpan delay = Backoff.After(options, input.Attempt, input.Chance / 1000.0);
            double longest = Math.Min(input.MaxDelay, input.Delay * Math.Pow(2, input.Attempt));
            return delay.TotalMilliseconds >= (longest / 2) - 0.001
                && delay.TotalMilliseconds <= longest + 0.001
                && Backoff.After(options, input.Attempt + 1, 1) >= delay;
        }).Check(Config.QuickThrowOnFailure);
    }
}
