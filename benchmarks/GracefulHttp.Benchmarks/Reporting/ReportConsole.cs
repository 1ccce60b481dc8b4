using Spectre.Console;

namespace GracefulHttp.Benchmarks.Reporting;

/// <summary>Where the report goes.</summary>
internal static class ReportConsole
{
    /// <summary>A file has no width; the lines of the report then come as they are.</summary>
    private const int Unlimited = 10_000;

    public static IAnsiConsole Create(TextWriter writer, bool isRedirected)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isRedirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = isRedirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = isRedirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (isRedirected)
        {
            console.Profile.Width = Unlimited;
        }

        return console;
    }
}
