using System.Globalization;
using System.Text.RegularExpressions;

namespace GracefulHttp.WireTests.Samples;

/// <summary>What the Quickstart sample prints: a line of before and one of after.</summary>
internal static partial class QuickstartOutput
{
    public static void ShouldShowTheDifference(string output)
    {
        MatchCollection lines = Counts().Matches(output);
        lines.Count.ShouldBe(2, output);

        // On a busy machine a call may time out before its connection is there: it sends nothing, and is reset nowhere. The
        // connection may still come, and then ends unused.
        int resetsBefore = Count(lines[0], "resets");
        resetsBefore.ShouldBeInRange(10, 20, output);
        Count(lines[0], "connections").ShouldBeInRange(resetsBefore, 20, output);
        Count(lines[1], "resets").ShouldBe(0, output);
        Count(lines[1], "connections").ShouldBeLessThan(resetsBefore, output);
    }

    private static int Count(Match line, string what) => int.Parse(line.Groups[what].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?<resets>\d+) TCP resets, +(?<connections>\d+) connections")]
    private static partial Regex Counts();
}
