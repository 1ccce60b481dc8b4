using System.CommandLine;
using System.Globalization;
using GracefulHttp.Benchmarks.Watch;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.Benchmarks.Cli;

/// <summary><c>watch</c>: the beginnings and ends of connections, as they pass.</summary>
internal sealed class WatchCommand
{
    // EX_NOPERM of sysexits.h.
    private const int NoPermissionExitCode = 77;

    private readonly Option<(int First, int Last)[]> _ports = new("--port")
    {
        Description = "Only connections to servers on these ports: 8080, 8000-8099, or several. [default: all]",
        HelpName = "PORT|FIRST-LAST",
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result =>
        {
            var ranges = new List<(int First, int Last)>();
            foreach (string text in result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries)))
            {
                if (!WatchedPorts.TryParse(text, out (int First, int Last) range))
                {
                    result.AddError($"--port: '{text}' is neither a port from 1 to 65535 nor a range of them, FIRST-LAST.");
                    return [];
                }

                ranges.Add(range);
            }

            return [.. ranges];
        },
    };

    private readonly Option<string> _interface = new("--interface")
    {
        Description = "Only what passes this network interface. Where one host has several in a row (bridges, containers), name one: "
            + "a segment is seen on each. [default: all]",
        HelpName = "NAME",
    };

    private readonly Option<double> _seconds = NumberOption.Create("--seconds", "How long; 0 until Ctrl+C.", 0.0, 0.0, 86_400);

    public Command Create()
    {
        var command = new Command(
            "watch", "Shows each SYN, FIN and RST as it passes, who ended first, and a summary. Linux; needs root or CAP_NET_RAW.");
        command.Options.Add(_ports);
        command.Options.Add(_interface);
        command.Options.Add(_seconds);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupted)
    {
        string? name = parsed.GetValue(_interface);
        int? index = name is null ? null : IndexOf(name);
        if (name is not null && index is null)
        {
            await Console.Error.WriteLineAsync($"error: --interface: there is no '{name}' here. See --help.");
            return 1;
        }

        if (!SegmentTap.IsAvailable(out string whyNot))
        {
            await Console.Error.WriteLineAsync($"error: watch cannot see the wire: {whyNot}.");
            return NoPermissionExitCode;
        }

        var ports = new WatchedPorts(parsed.GetValue(_ports) ?? []);
        double seconds = parsed.GetValue(_seconds);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        if (seconds > 0)
        {
            stop.CancelAfter(TimeSpan.FromSeconds(seconds));
        }

        await new WatchSession(ports, Console.Out).RunAsync(
            index,
            () => Console.Error.WriteLine($"watching {ports}{(name is null ? "" : $" on {name}")}, {(seconds > 0 ? $"for {seconds} s" : "until Ctrl+C")}"),
            stop.Token);
        return 0;
    }

    private static int? IndexOf(string name)
    {
        string file = $"/sys/class/net/{name}/ifindex";
        return !name.Contains('/') && File.Exists(file) ? int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture) : null;
    }
}
