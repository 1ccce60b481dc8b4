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
        lines[0].Groups["resets"].Value.ShouldBe("20", output);
        lines[0].Groups["connections"].Value.ShouldBe("20", output);
        lines[1].Groups["resets"].Value.ShouldBe("0", output);
        int.Parse(lines[1].Groups["connections"].Value, null).ShouldBeLessThan(20, output);
    }

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
