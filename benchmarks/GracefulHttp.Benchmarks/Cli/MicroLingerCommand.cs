using System.CommandLine;
using GracefulHttp.Benchmarks.Micro;
using GracefulHttp.Benchmarks.Micro.Linger;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Cli;

/// <summary><c>micro linger</c>: what a connection costs while it lingers.</summary>
internal sealed class MicroLingerCommand
{
    private readonly Option<WireProtocol[]> _protocols = MicroProtocols.CreateOption();

    // To one address and port there are no more local ports, and rarely more descriptors.
    private readonly Option<int> _connections = NumberOption.Create("--connections", "How many linger at once.", 10_000, 1, 28_000);

    private readonly Option<double> _seconds = NumberOption.Create(
        "--linger-seconds", "How long they linger: long enough to abandon them all and to look at them.", 10.0, 0.5, 3600);

    private readonly Option<FileInfo> _json = new("--json") { Description = "Write the results to this file as well.", HelpName = "FILE" };

    public Command Create()
    {
        var command = new Command("linger", "Memory, threads and sockets of connections that linger at the same time, and that they end.");
        command.Options.Add(_protocols);
        command.Options.Add(_connections);
        command.Options.Add(_seconds);
        command.Options.Add(_json);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupted)
    {
        FileInfo? json = parsed.GetValue(_json);
        string? why = MicroProtocols.WhyInvalid(parsed.GetValue(_protocols))
            ?? DescriptorLimit.WhyTooFew("--connections", parsed.GetValue(_connections))
            ?? (json is null ? null : OutputFile.WhyNotWritable("--json", json));
        if (why is not null)
        {
            await Console.Error.WriteLineAsync($"error: {why} See --help.");
            return 1;
        }

        var settings = new LingerSettings
        {
            Protocols = MicroProtocols.Read(parsed.GetValue(_protocols)),
            Connections = parsed.GetValue(_connections),
            LingerTimeout = TimeSpan.FromSeconds(parsed.GetValue(_seconds)),
        };
        var session = new MicroSession<LingerRow>(
            rows => new LingerRun(settings, Console.Error.WriteLine).RunAsync(rows, interrupted),
            (console, machine, rows) => new LingerReport(settings, rows).Write(console, machine),
            json is null ? null : (machine, rows) => OutputFile.WriteAsync(json, LingerJson.Create(settings, machine, rows), MicroJsonContext.Default.LingerJson));
        return await session.RunAsync(interrupted);
    }
}
