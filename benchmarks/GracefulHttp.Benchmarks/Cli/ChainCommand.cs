using System.CommandLine;
using GracefulHttp.Benchmarks.Chain;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Cli;

/// <summary><c>chain</c>: how late an abandonment reaches the last of three services.</summary>
internal sealed class ChainCommand
{
    private readonly Option<WireProtocol> _protocol = NameOption.CreateSingle("--protocol", "What all of them speak.", WireProtocol.Http);

    private readonly Option<int> _calls = NumberOption.Create("--calls", "Calls per client.", 50, 1, 500);

    private readonly Option<int> _drainTimeout = NumberOption.Create("--drain-timeout-ms", "DrainTimeout of those that drain.", 2000, 1, 60_000);

    private readonly Option<int> _work = NumberOption.Create(
        "--work-ms", "How long the last service works if it is not told. Under drain it is told after three times --drain-timeout-ms.", 10_000, 1, 600_000);

    private readonly Option<FileInfo> _json = new("--json") { Description = "Write the results to this file as well.", HelpName = "FILE" };

    public Command Create()
    {
        var command = new Command("chain", "How late each of three services that call each other learns that the caller has left.");
        command.Options.Add(_protocol);
        command.Options.Add(_calls);
        command.Options.Add(_drainTimeout);
        command.Options.Add(_work);
        command.Options.Add(_json);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupted)
    {
        FileInfo? json = parsed.GetValue(_json);
        if (json is not null && OutputFile.WhyNotWritable("--json", json) is { } why)
        {
            await Console.Error.WriteLineAsync($"error: {why} See --help.");
            return 1;
        }

        var settings = new ChainSettings
        {
            Protocol = parsed.GetValue(_protocol),
            Calls = parsed.GetValue(_calls),
            DrainTimeout = TimeSpan.FromMilliseconds(parsed.GetValue(_drainTimeout)),
            Work = TimeSpan.FromMilliseconds(parsed.GetValue(_work)),
        };
        var session = new MicroSession<ChainRow>(
            rows => new ChainRun(settings, Console.Error.WriteLine).RunAsync(rows, interrupted),
            (console, machine, rows) => new ChainReport(settings, rows).Write(console, machine),
            json is null ? null : (machine, rows) => OutputFile.WriteAsync(json, ChainJson.Create(settings, machine, rows), ChainJsonContext.Default.ChainJson));
        return await session.RunAsync(interrupted);
    }
}
