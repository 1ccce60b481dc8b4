using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace GracefulHttp.Tests.Models;

/// <summary>Runs random sequences of steps, each against the code and a model of it; the shortest that fails is shown.</summary>
internal static class Steps
{
    // Odd, as SplitMix wants it.
    private const ulong Gamma = 0x9E3779B97F4A7C15;
    private const ulong DefaultSeed = 2014;
    private const int LongestSequence = 60;

    /// <param name="step">Makes one step.</param>
    /// <param name="run">Runs a sequence from the beginning, and throws where code and model differ.</param>
    /// <param name="sequences">How many.</param>
    /// <remarks><c>GRACEFULHTTP_MODEL_SEED</c> replays a run.</remarks>
    public static Task CheckAsync<TStep>(Gen<TStep> step, Func<TStep[], Task> run, int sequences)
    {
        ulong seed = Environment.GetEnvironmentVariable("GRACEFULHTTP_MODEL_SEED") is { Length: > 0 } given
            ? ulong.Parse(given, CultureInfo.InvariantCulture)
            : DefaultSeed;
        TestContext.Current.TestOutputHelper?.WriteLine($"GRACEFULHTTP_MODEL_SEED={seed}");
        Property property = Prop.ForAll(Arb.From(step.ArrayOf(), WithoutOne), run);
        Config config = Config.QuickThrowOnFailure.WithMaxTest(sequences).WithEndSize(LongestSequence).WithReplay(seed, Gamma);

        // It blocks its thread while a sequence runs: not one of those that the test's continuations need.
        return Task.Run(() => property.Check(config));
    }

    /// <inheritdoc cref="CheckAsync{TStep}(Gen{TStep}, Func{TStep[], Task}, int)"/>
    public static Task CheckAsync<TStep>(Gen<TStep> step, Action<TStep[]> run, int sequences) => CheckAsync(
        step,
        steps =>
        {
            run(steps);
            return Task.CompletedTask;
        },
        sequences);

    private static IEnumerable<TStep[]> WithoutOne<TStep>(TStep[] steps) =>
        Enumerable.Range(0, steps.Length).Select(i => (TStep[])[.. steps[..i], .. steps[(i + 1)..]]);
}
