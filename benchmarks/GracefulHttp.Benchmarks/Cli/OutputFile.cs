using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace GracefulHttp.Benchmarks.Cli;

/// <summary>A file that will be written when minutes of measuring are over: better to know before that it can be.</summary>
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
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return $"{option}: '{file}' cannot be written: {e.Message}";
        }
    }

    public static async Task WriteAsync<T>(FileInfo file, T results, JsonTypeInfo<T> type)
    {
        await using var stream = new FileStream(file.FullName, FileMode.Create, FileAccess.Write);
        await JsonSerializer.SerializeAsync(stream, results, type);
    }
}
