using System.CommandLine;

namespace GracefulHttp.Benchmarks.Cli;

/// <summary><c>micro</c>: measurements of one cost each, as commands below it.</summary>
internal static class MicroCommand
{
    public static Command Create()
    {
        var command = new Command("micro", "Measures one cost at a time.");
        command.Subcommands.Add(new MicroOverheadCommand().Create());
        command.Subcommands.Add(new MicroLingerCommand().Create());
        command.Subcommands.Add(new MicroCancelCommand().Create());
        command.Subcommands.Add(new MicroStormCommand().Create());
        command.Subcommands.Add(new MicroBenchCommand().Create());
        command.Subcommands.Add(new MicroTailCommand().Create());
        return command;
    }
}
