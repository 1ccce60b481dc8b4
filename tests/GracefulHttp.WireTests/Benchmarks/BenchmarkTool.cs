using System.Diagnostics;
using System.Reflection;
using GracefulHttp.TestKit;

namespace GracefulHttp.WireTests.Benchmarks;

/// <summary>Runs the benchmark tool as its users do, as a process of its own.</summary>
internal static class BenchmarkTool
{
    /// <summary>For a machine that is busy with much else: it tells a hang, it measures nothing.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private static readonly string Assembly =
        typeof(BenchmarkTool).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "Benchmarks").Value!;

    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Assembly, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync().WithinAsync(Limit);
            return (process.ExitCode, await output.WithinAsync(), await errors.WithinAsync());
        }
        finally
        {
            if (!process.HasExited)
            {
                // Its server's process ends with it: that reads an end of its input.
                process.Kill();
            }
        }
    }
}
