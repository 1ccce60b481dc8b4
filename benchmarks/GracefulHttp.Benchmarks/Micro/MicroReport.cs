using GracefulHttp.Benchmarks.Reporting;
using Spectre.Console;

namespace GracefulHttp.Benchmarks.Micro;

/// <summary>What all measurements print: the machine, what was done, the table, its legend, and what it says of the bounds.</summary>
internal static class MicroReport
{
    public static void Write(
        IAnsiConsole console, MachineDescription machine, string what, MicroTable table, string legend, IEnumerable<string> sentences)
    {
        console.WriteLine(machine.ToString());
        foreach (string line in TextWrapping.Wrap(what, console.Profile.Width))
        {
            console.WriteLine(line);
        }

        console.WriteLine();
        table.Write(console);
        console.WriteLine();
        foreach (string line in TextWrapping.Wrap(legend, console.Profile.Width))
        {
            console.MarkupLine($"[dim]{Markup.Escape(line)}[/]");
        }

        console.WriteLine();
        foreach (string line in sentences.SelectMany(sentence => TextWrapping.Wrap($"- {sentence}", console.Profile.Width)))
        {
            console.WriteLine(line);
        }
    }
}
