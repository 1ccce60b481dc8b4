using System.CommandLine;
using GracefulHttp.Benchmarks.Micro;
using GracefulHttp.Benchmarks.Micro.Storm;

namespace GracefulHttp.Benchmarks.Cli;

/// <summary><c>micro storm</c>: what other requests see of a storm of abandoned ones on HTTP/2.</summary>
internal sealed class MicroStormCommand
{
    private readonly Option<int> _rounds = NumberOption.Create("--rounds", "How often every client has its turns.", 3, 1, 10_000);

    private readonly Option<double> _seconds = NumberOption.Create("--seconds", "How long a turn takes: the shorter, the more of it is the opening of connections.", 10.0, 0.5, 3600);

    private readonly Option<int> _cancels = NumberOption.Create("--cancels-per-second", "Requests that are abandoned.", 300, 1, 10_000);

    private readonly Option<int> _requests = NumberOption.Create("--requests-per-second", "Requests beside them that are not.", 100, 1, 10_000);

    private readonly Option<FileInfo> _json = new("--json") { Description = "Write the results to this file as well.", HelpName = "FILE" };

    public Command Create()
    {
        var command = new Command("storm", "Failures and latency beside hundreds of abandoned HTTP/2 requests a second.");
        command.Options.Add(_rounds);
        command.Options.Add(_seconds);
        command.Options.Add(_cancels);
        command.Options.Add(_requests);
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

        var settings = new StormSettings
        {
            Rounds = parsed.GetValue(_rounds),
            TurnTime = TimeSpan.FromSeconds(parsed.GetValue(_seconds)),
            CancelsPerSecond = parsed.GetValue(_cancels),
            LivePerSecond = parsed.GetValue(_requests),
        };
        var session = new MicroSession<StormRow>(
            rows => new StormRun(settings, Console.Error.WriteLine).RunAsync(rows, interrupted),
            (console, machine, rows) => new StormReport(settings, rows).Write(console, machine),
            json is null ? null : (machine, rows) => OutputFile.WriteAsync(json, StormJson.Create(settings, machine, rows), MicroJsonContext.Default.StormJson));
        return await session.RunAsync(interrupted);
    }
}
