using System.Globalization;
using GracefulHttp.StressTests.Storm;

namespace GracefulHttp.StressTests;

/// <summary>
/// Random requests, left at random moments, on servers that misbehave, round after round; after each nothing is left of it.
/// </summary>
/// <remarks>
/// <c>GRACEFULHTTP_STRESS_SEED</c> replays a run. What a round has to say begins with the variables that replay it alone.
/// <c>GRACEFULHTTP_STRESS_SECONDS</c> makes it longer; <c>GRACEFULHTTP_STRESS_ABANDONED</c> goes on until so many requests have been
/// abandoned, most of them without TLS and with small bodies, and <c>GRACEFULHTTP_STRESS_RECORD</c> names a file for what it has shown.
/// </remarks>
public sealed class StormTests
{
    private const int DefaultSeed = 2014;
    private const int RequestsPerRound = 3_000;
    private const int RequestsPerQuickRound = 30_000;
    private const int ThoroughEvery = 10;

    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task GracefulHttpHandler_RandomRequestsLeftAtRandomMoments_LeavesNothingBehindAndMixesNothingUp()
    {
        int seed = (int)(Setting("SEED") ?? DefaultSeed);
        long? abandonedWanted = Setting("ABANDONED");
        TimeSpan slice = Setting("SECONDS") is { } seconds ? TimeSpan.FromSeconds(seconds) : Slice;
        Write($"GRACEFULHTTP_STRESS_SEED={seed}");
        using var unobserved = new UnobservedExceptions();
        var heap = new HeapHistory();
        var total = new RoundResult();
        var peaceful = new RoundResult { IsPeaceful = true };
        int? descriptors = null;
        bool isReplay = Setting("ROUND") is not null;
        int number = (int)(Setting("ROUND") ?? 0);
        do
        {
            bool isQuick = abandonedWanted is not null && number % ThoroughEvery != 0;
            Scenario scenario = Scenario.Of(seed, number, isQuick ? RequestsPerQuickRound : RequestsPerRound, isQuick);
            RoundResult round = await new Round(scenario).RunAsync();
            total = RoundResult.Sum(total, round);
            peaceful = round.IsPeaceful ? RoundResult.Sum(peaceful, round) : peaceful;
            long left = Heap.CollectGarbage();
            heap.Add(isQuick, left);
            Write($"{scenario}: {round.Abandoned} of {round.Requests} left in {round.Duration.TotalSeconds:F1} s; {round.ConnectionOutcomes}; refused {round.Refused}; reset {round.ConnectionsResetByClient}; heap {left >> 10} KiB");

            Assert.True(round.Faults.Count == 0, string.Join("\n\n", round.Faults));
            unobserved.Seen.ShouldBeEmpty(scenario.ToString());
            round.UnexplainedResets.ShouldBe(0, $"{scenario}: {round.ConnectionOutcomes}");

            // What the runtime opens once is there after the first.
            descriptors ??= OpenDescriptors.OtherThanFiles();
            await Until.HoldsAsync(() => OpenDescriptors.OtherThanFiles() <= descriptors, $"no descriptor more than after the first round [{scenario}]");
            number++;
        }
        while (!isReplay && (heap.Growths.Count == 0 || (abandonedWanted is null ? total.Duration < slice : total.Abandoned < abandonedWanted)));

        Array.ForEach(total.Left, left => left.ShouldBeGreaterThan(0));

        // Not for nothing: however slow the machine is, it went on until there was something to compare. A replay is of one round.
        heap.Growths.ShouldAllBe(growth => growth.IsFlat);

        if (Environment.GetEnvironmentVariable("GRACEFULHTTP_STRESS_RECORD") is { } file)
        {
            await File.WriteAllTextAsync(file, new StormReport(seed, number, total, peaceful, heap.Growths).ToMarkdown());
        }
    }

    [Fact]
    public async Task PlainClient_SameRequests_ResetsConnections()
    {
        Scenario scenario = Scenario.Of(seed: 1, number: 0, requests: 500);

        RoundResult round = await new Round(scenario) { IsGraceful = false }.RunAsync();

        Assert.SkipUnless(round.AreResetsCounted, "Needs the right to open raw sockets.");
        round.ConnectionsResetByClient.ShouldBeGreaterThan(0);
    }

    private static long? Setting(string name) =>
        Environment.GetEnvironmentVariable($"GRACEFULHTTP_STRESS_{name}") is { Length: > 0 } value ? long.Parse(value, CultureInfo.InvariantCulture) : null;

    private static void Write(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
