using System.CommandLine;
using GracefulHttp.Benchmarks.Micro;
using GracefulHttp.Benchmarks.Micro.Cancel;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Cli;

/// <summary><c>micro cancel</c>: how long a caller that leaves waits for its exception.</summary>
internal sealed class MicroCancelCommand
{
    private readonly Option<WireProtocol[]> _protocols = NameOption.CreateList<WireProtocol>(
        "--protocol", "What is spoken: HTTP/1.1, HTTP/1.1 over TLS, HTTP/2 over TLS. [default: all]");

    private readonly Option<int> _rounds = NumberOption.Create("--rounds", "How often every client has its turn.", 40, 1, 100_000);

    // As many streams does Kestrel allow on a connection.
    private readonly Option<int> _cancels = NumberOption.Create("--cancels", "Requests abandoned per turn.", 100, 1, 100);

    private readonly Option<FileInfo> _json = new("--json") { Description = "Write the results to this file as well.", HelpName = "FILE" };

    public Command Create()
    {
        var command = new Command("cancel", "Time from Cancel() to the caller's exception, beside a plain client.");
        command.Options.Add(_protocols);
        command.Options.Add(_rounds);
        command.Options.Add(_cancels);
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

        var settings = new CancelSettings
        {
            Protocols = parsed.GetValue(_protocols) is { Length: > 0 } protocols ? protocols : Enum.GetValues<WireProtocol>(),
            Rounds = parsed.GetValue(_rounds),
            Cancels = parsed.GetValue(_cancels),
        };
        var session = new MicroSession<CancelRow>(
            rows => new CancelRun(settings, Console.Error.WriteLine).RunAsync(rows, interrupted),
            (console, machine, rows) => new CancelReport(settings, rows).Write(console, machine),
            json is null ? null : (machine, rows) => OutputFile.WriteAsync(json, CancelJson.Create(settings, machine, rows), MicroJsonContext.Default.CancelJson));
        return await session.RunAsync(interrupted);
    }
}
