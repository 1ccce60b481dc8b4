using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using GracefulHttp.TestKit;

namespace GracefulHttp.WireTests.Samples;

public sealed partial class SampleTests
{
    [Fact]
    public async Task Quickstart_Run_ShowsResetsBeforeAndNoneAfter()
    {
        string output = await RunAsync("Quickstart");

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

    private static async Task<string> RunAsync(string sample)
    {
        string pattern = typeof(SampleTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(m => m.Key == "Samples").Value!;
        var start = new ProcessStartInfo("dotnet", string.Format(CultureInfo.InvariantCulture, pattern, sample)) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken).WithinAsync();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WithinAsync();
        process.ExitCode.ShouldBe(0, output);
        return output;
    }

    [GeneratedRegex(@"(?<resets>\d+) TCP resets, +(?<connections>\d+) connections")]
    private static partial Regex Counts();
}
