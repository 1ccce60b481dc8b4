using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace GracefulHttp.Benchmarks.Cli;

/// <summary>A file that will be written when minutes of measuring are over: better to know before that it can be, which a disk may yet belie.</summary>
internal static class OutputFile
{
    public static Option<FileInfo> CreateOption(string name, string description) => new(name) { Description = description, HelpName = "FILE" };

    /// <summary>One sentence, or null; also where no file is wanted.</summary>
    public static string? WhyNotWritable(string option, FileInfo? file)
    {
        if (file is null)
        {
            return null;
        }

        bool existed = file.Exists;
        try
        {
            using (new FileStream(file.FullName, FileMode.OpenOrCreate, FileAccess.Write))
            {
            }

            if (!existed)
            {
                file.Delete();
            }

            return null;
        }
        catch (Exception e) when (IsOfFiles(e))
        {
            return WhyNotWritten(option, file, e);
        }
    }

    /// <summary>One sentence where two of them are one file, of which only the last one written would be left; else null.</summary>
    public static string? WhyNotApart(IEnumerable<(string Option, FileInfo? File)> files) => files
        .Where(file => file.File is not null)
        .GroupBy(file => file.File!.FullName, file => file.Option)
        .Where(options => options.Count() > 1)
        .Select(options => $"{string.Join(" and ", options)} name the same file, '{options.Key}'.")
        .FirstOrDefault();

    /// <summary>Writes <paramref name="results"/> to the file of <c>--json</c>.</summary>
    /// <returns>One sentence, or null when it was written.</returns>
    public static Task<string?> WriteAsync<T>(FileInfo file, T results, JsonTypeInfo<T> type) => WriteAsync("--json", file, async stream =>
        await JsonSerializer.SerializeAsync(stream, results, type));

    /// <returns>One sentence, or null when it was written.</returns>
    public static Task<string?> WriteAsync(string option, FileInfo file, string text) => WriteAsync(option, file, async stream =>
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text)));

    private static async Task<string?> WriteAsync(string option, FileInfo file, Func<Stream, Task> write)
    {
        try
        {
            await using var stream = new FileStream(file.FullName, FileMode.Create, FileAccess.Write);
            await write(stream);
            return null;
        }
        catch (Exception e) when (IsOfFiles(e))
        {
            return WhyNotWritten(option, file, e);
        }
    }

    private static bool IsOfFiles(Exception e) => e is IOException or UnauthorizedAccessException or NotSupportedException;

    private static string WhyNotWritten(string option, FileInfo file, Exception e) => $"{option}: '{file}' cannot be written: {e.Message}";
}
