using System.CommandLine;
using System.CommandLine.Parsing;
using GracefulHttp.Benchmarks.Cli;
using GracefulHttp.Benchmarks.Counting;

if (PrivateNetwork.IsInside)
{
    PrivateNetwork.BringLoopbackUp();
}

var root = new RootCommand("Measures what abandoned HttpClient requests cost: RSTs, connections, throughput. Without a command: compare.");
// The same options on both, so that they are understood before and after the command's name.
var comparison = new CompareCommand();
comparison.AddTo(root);
var compare = new Command("compare", "Compares the strategies on real sockets and prints a table. This is the default command.");
comparison.AddTo(compare);
root.Subcommands.Add(compare);
var run = new Command("run", "The same comparison against 'serve' on another host, with what was counted there.");
new CompareCommand(isRun: true).AddTo(run);
root.Subcommands.Add(run);
root.Subcommands.Add(MicroCommand.Create());
root.Subcommands.Add(new ChainCommand().Create());
root.Subcommands.Add(new ServeCommand().Create());
root.Subcommands.Add(new WatchCommand().Create());
root.Subcommands.Add(PeerHostCommand.Create());

ParseResult parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    await Console.Error.WriteLineAsync($"error: {parsed.Errors[0].Message.ReplaceLineEndings(" ")} See --help.");
    return 1;
}

if (parsed.CommandResult.Command != root && parsed.CommandResult.Command != compare
    && parsed.RootCommandResult.Children.OfType<OptionResult>().FirstOrDefault(given => !given.Implicit && comparison.Has(given.Option)) is { } misplaced)
{
    await Console.Error.WriteLineAsync($"error: {misplaced.Option.Name} stands before {parsed.CommandResult.Command.Name}, but options go after the command. See --help.");
    return 1;
}

// After Ctrl+C a row still ends its requests before the table is printed.
return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(20) });
