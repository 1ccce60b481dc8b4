using System.Text;

namespace GracefulHttp.Benchmarks;

/// <summary>Text in which a stranger may have had a hand, fit for a terminal, and for XML, which has no control characters at all.</summary>
internal static class PrintableText
{
    /// <summary>ASCII as it is, but for the backslash; anything else as <c>\x1b</c>.</summary>
    public static string Escape(ReadOnlySpan<char> text)
    {
        var printable = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            printable.Append(c switch
            {
                '\\' => @"\\",
                >= ' ' and <= '~' => c.ToString(),
                _ => $"\\x{(int)c:x2}",
            });
        }

        return printable.ToString();
    }
}
