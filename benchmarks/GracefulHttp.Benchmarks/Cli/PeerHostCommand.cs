using System.CommandLine;
using System.Runtime.InteropServices;
using GracefulHttp.Benchmarks.Peer;

namespace GracefulHttp.Benchmarks.Cli;

/// <summary>The hidden command of the process that <see cref="PeerProcess"/> starts.</summary>
internal static class PeerHostCommand
{
    public static Command Create()
    {
        var command = new Command(PeerHost.CommandName, "The servers' process, started by 'compare' and 'micro'.") { Hidden = true };
        command.SetAction(async (_, _) =>
        {
            // Ctrl+C reaches the whole process group. This process ends when its input does, after the measuring one has read its counts.
            using PosixSignalRegistration ignored = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
            await using var host = new PeerHost();
            await host.RunAsync(Console.In, Console.Out);
            return 0;
        });
        return command;
    }
}
