using System.Diagnostics;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Peers;

namespace GracefulHttp.WireTests;

/// <summary>Commands as a user would type them, in a folder of the test's own.</summary>
internal static class Shell
{
    /// <summary>For a machine that is busy with much else and downloads a runtime: it tells a hang, it measures nothing.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>What the command said. It must succeed; where it could not reach the packages it needs, the test is skipped.</summary>
    public static async Task<string> RunAsync(string folder, string tool, params string[] arguments)
    {
        (int exitCode, string output) = await TryAsync(folder, tool, arguments);
        exitCode.ShouldBe(0, $"{tool} {string.Join(' ', arguments)}\n{output}");
        return output;
    }

    public static async Task<(int ExitCode, string Output)> TryAsync(string folder, string tool, params string[] arguments)
    {
        Assert.SkipUnless(ToolProcess.IsAvailable(tool, out string whyNot), whyNot);
        var start = new ProcessStartInfo(tool, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };

        // A build leaves servers behind for the next one. They would hold our end of its output.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";

        using Process process = Process.Start(start)!;
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync().WithinAsync(Limit);
            string said = await output.WithinAsync() + await errors.WithinAsync();
            Assert.SkipWhen(process.ExitCode != 0 && said.Contains("NU1301", StringComparison.Ordinal), "this test restores packages, and their source cannot be reached");
            return (process.ExitCode, said);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
