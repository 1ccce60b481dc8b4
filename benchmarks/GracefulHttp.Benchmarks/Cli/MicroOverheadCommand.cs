using System.CommandLine;
using GracefulHttp.Benchmarks.Micro;
using GracefulHttp.Benchmarks.Micro.Overhead;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Cli;

/// <summary><c>micro overhead</c>: what a request costs that nobody abandons.</summary>
internal sealed class MicroOverheadCommand
{
    private readonly Option<WireProtocol[]> _protocols = MicroProtocols.CreateOption();

    private readonly Option<int> _rounds = NumberOption.Create("--rounds", "How often every handler has its turn.", 100, 1, 100_000);

    private readonly Option<int> _requests = NumberOption.Create(
        "--requests", "Small requests per turn; of 10 MiB there is one for each hundred of them.", 500, 1, 1_000_000);

    private readonly Option<FileInfo> _json = new("--json") { Description = "Write the results to this file as well.", HelpName = "FILE" };

    public Command Create()
    {
        var command = new Command("overhead", "Bytes, time and CPU of requests that are not abandoned, beside a bare SocketsHttpHandler.");
        command.Options.Add(_protocols);
        command.Options.Add(_rounds);
        command.Options.Add(_requests);
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

        var settings = new OverheadSettings
        {
            Protocols = MicroProtocols.Read(parsed.GetValue(_protocols)),
            Rounds = parsed.GetValue(_rounds),
            Requests = parsed.GetValue(_requests),
        };
        var session = new MicroSession<OverheadRow>(
            rows => new OverheadRun(settings, Console.Error.WriteLine).RunAsync(rows, interrupted),
            (console, machine, rows) => new OverheadReport(settings, rows).Write(console, machine),
            json is null ? null : (machine, rows) => OutputFile.WriteAsync(json, OverheadJson.Create(settings, machine, rows), MicroJsonContext.Default.OverheadJson));
        return await session.RunAsync(interrupted);
    }
}
