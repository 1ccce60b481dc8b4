using System.Globalization;
using System.Text.RegularExpressions;

namespace GracefulHttp.WireTests.Samples;

public sealed partial class RetryAndHedgeTests
{
    [Fact]
    public async Task RetryAndHedge_Run_LateAnswersCountAndNothingIsReset()
    {
        string output = await Shell.RunAsync(Repository.Root, "dotnet", Sample.PathOf("RetryAndHedge"));

        MatchCollection lines = Answers().Matches(output);
        lines.Count.ShouldBe(5, output);
        (Match polly, Match overGraceful, Match retry, Match hedging, Match hedgingOverGraceful) = (lines[0], lines[1], lines[2], lines[3], lines[4]);

        // What comes 300 ms late is no answer to a caller who gives up after 100, however often it asks.
        Count(polly, "answered").ShouldBe(0, output);
        Count(overGraceful, "answered").ShouldBe(0, output);
        Count(retry, "answered").ShouldBe(10, output);
        Count(hedgingOverGraceful, "answered").ShouldBe(10, output);
        Count(retry, "requests").ShouldBeLessThan(Count(polly, "requests"), output);
        Count(polly, "resets").ShouldBeGreaterThan(0, output);
        Count(hedging, "resets").ShouldBeGreaterThan(0, output);
        foreach (Match graceful in new[] { overGraceful, retry, hedgingOverGraceful })
        {
            Count(graceful, "resets").ShouldBe(0, output);
        }
    }

    private static int Count(Match line, string what) => int.Parse(line.Groups[what].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?<answered>\d+) of \d+ answered, +(?<requests>\d+) requests, +(?<resets>\d+) TCP resets")]
    private static partial Regex Answers();
}
