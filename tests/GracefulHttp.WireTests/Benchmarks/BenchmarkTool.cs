using System.Diagnostics;
using System.Reflection;
using GracefulHttp.TestKit;

namespace GracefulHttp.WireTests.Benchmarks;

/// <summary>Runs the benchmark tool as its users do, as a process of its own.</summary>
internal static class BenchmarkTool
{
    /// <summary>For a machine that is busy with much else: it tells a hang, it measures nothing.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static string Assembly { get; } =
        typeof(BenchmarkTool).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "Benchmarks").Value!;

    /// <summary>As an ordinary user would run it, for whoever is root.</summary>
    public static string[] WithoutRawSockets { get; } = ["setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw"];

    public static Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments) => RunInAsync([], arguments);

    /// <summary>The same below another command, one that gives it another network for instance.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunInAsync(string[] command, params string[] arguments)
    {
        using Process process = Start(command, arguments);
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

    /// <summary>Starts it and leaves it to the caller, who has to end it.</summary>
    public static Process Start(string[] command, params string[] arguments)
    {
        string[] line = [.. command, "dotnet", Assembly, .. arguments];
        return Process.Start(new ProcessStartInfo(line[0], line[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
    }
}
