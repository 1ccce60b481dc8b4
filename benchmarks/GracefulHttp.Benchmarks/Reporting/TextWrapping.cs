namespace GracefulHttp.Benchmarks.Reporting;

/// <summary>Breaks text at spaces, also for a file, which has no width of its own.</summary>
internal static class TextWrapping
{
    private const int LongestLine = 118;

    public static IEnumerable<string> Wrap(string text, int consoleWidth)
    {
        int width = Math.Max(1, Math.Min(consoleWidth, LongestLine));
        while (text.Length > width)
        {
            int space = text.LastIndexOf(' ', width);
            if (space <= 0)
            {
                break; // One long word, a URL: better whole.
            }

            yield return text[..space];
            text = text[(space + 1)..];
        }

        yield return text;
    }
}
