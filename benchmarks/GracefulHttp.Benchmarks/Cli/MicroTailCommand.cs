using System.CommandLine;
using GracefulHttp.Benchmarks.Micro;
using GracefulHttp.Benchmarks.Micro.Tail;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Cli;

/// <summary><c>micro tail</c>: what time-outs, retries and hedges make of slow answers.</summary>
internal sealed class MicroTailCommand
{
    private readonly Option<WireProtocol[]> _protocols = MicroProtocols.CreateOption();

    private readonly Option<int> _calls = NumberOption.Create("--calls", "Calls of each client.", 16_000, 10, 10_000_000);

    private readonly Option<int> _workers = NumberOption.Create("--workers", "Calls that run at the same time.", 16, 1, 1000);

    private readonly Option<double> _slow = NumberOption.Create("--slow-percent", "The share of answers that are slow.", 1.0, 0, 100);

    private readonly Option<int> _delay = NumberOption.Create("--slow-ms", "How late a slow answer is.", 500, 1, 60_000);

    private readonly Option<int> _timeout = NumberOption.Create(
        "--attempt-timeout-ms", "When the next attempt begins: the time-out of a retry, the delay of a hedge.", 50, 1, 10_000);

    private readonly Option<FileInfo> _json = new("--json") { Description = "Write the results to this file as well.", HelpName = "FILE" };

    public Command Create()
    {
        var command = new Command("tail", "Latency, extra requests and RSTs without retries, with Polly's time-out and retry, its hedging, and GracefulRetry.");
        command.Options.Add(_protocols);
        command.Options.Add(_calls);
        command.Options.Add(_workers);
        command.Options.Add(_slow);
        command.Options.Add(_delay);
        command.Options.Add(_timeout);
        command.Options.Add(_json);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupted)
    {
        FileInfo? json = parsed.GetValue(_json);
        string? why = MicroProtocols.WhyInvalid(parsed.GetValue(_protocols)) ?? (json is null ? null : OutputFile.WhyNotWritable("--json", json));
        if (why is not null)
        {
            await Console.Error.WriteLineAsync($"error: {why} See --help.");
            return 1;
        }

        var settings = new TailSettings
        {
            Protocols = MicroProtocols.Read(parsed.GetValue(_protocols)),
            Calls = parsed.GetValue(_calls),
            Workers = parsed.GetValue(_workers),
            SlowShare = parsed.GetValue(_slow) / 100,
            SlowDelay = TimeSpan.FromMilliseconds(parsed.GetValue(_delay)),
            AttemptTimeout = TimeSpan.FromMilliseconds(parsed.GetValue(_timeout)),
        };
        var run = new TailRun(settings, Console.Error.WriteLine);
        var session = new MicroSession<TailRow>(
            rows => run.RunAsync(rows, interrupted),
            (console, machine, rows) => new TailReport(settings, rows, run.Loser).Write(console, machine),
            json is null ? null : (machine, rows) => OutputFile.WriteAsync(json, TailJson.Create(settings, machine, rows, run.Loser), MicroJsonContext.Default.TailJson));
        return await session.RunAsync(interrupted);
    }
}
