using System.CommandLine;
using BenchmarkDotNet.Loggers;
using GracefulHttp.Benchmarks.Micro;
using GracefulHttp.Benchmarks.Micro.Bench;

namespace GracefulHttp.Benchmarks.Cli;

/// <summary><c>micro bench</c>: the operations by themselves, measured by BenchmarkDotNet.</summary>
internal sealed class MicroBenchCommand
{
    private readonly Option<string> _filter = new("--filter")
    {
        Description = "Which benchmarks, for instance *CancelledGet*.",
        HelpName = "GLOB",
        DefaultValueFactory = _ => "*",
    };

    private readonly Option<int> _connections = NumberOption.Create(
        "--connections", "How many linger at once in LingerBenchmarks.", LingerBenchmarks.Count, 1, 10_000);

    private readonly Option<bool> _dry = new("--dry") { Description = "Run each only once: that tells whether it works, not what it costs." };

    private readonly Option<FileInfo> _json = new("--json") { Description = "Write the results to this file as well.", HelpName = "FILE" };

    public Command Create()
    {
        var command = new Command("bench", "Time, bytes and RSTs per operation, by BenchmarkDotNet.");
        command.Options.Add(_filter);
        command.Options.Add(_connections);
        command.Options.Add(_dry);
        command.Options.Add(_json);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupted)
    {
        FileInfo? json = parsed.GetValue(_json);
        string? why = DescriptorLimit.WhyTooFew("--connections", parsed.GetValue(_connections))
            ?? (json is null ? null : OutputFile.WhyNotWritable("--json", json));
        if (why is not null)
        {
            await Console.Error.WriteLineAsync($"error: {why} See --help.");
            return 1;
        }

        LingerBenchmarks.Count = parsed.GetValue(_connections);
        var settings = new BenchSettings { Filter = parsed.GetValue(_filter)!, IsDry = parsed.GetValue(_dry) };
        // What BenchmarkDotNet says is progress here; the table is the result.
        await using var log = new StreamWriter(Console.OpenStandardError()) { AutoFlush = true };
        var session = new MicroSession<BenchRow>(
            rows => new BenchRun(settings, new StreamLogger(log)).RunAsync(rows, interrupted),
            (console, machine, rows) => new BenchReport(settings, rows).Write(console, machine),
            json is null ? null : (machine, rows) => OutputFile.WriteAsync(json, BenchJson.Create(settings, machine, rows), MicroJsonContext.Default.BenchJson));
        return await session.RunAsync(interrupted);
    }
}
