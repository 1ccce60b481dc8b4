namespace GracefulHttp.Benchmarks.Cli;

/// <summary>A file that will be written when minutes of measuring are over: better to know before that it can be.</summary>
internal static class OutputFile
{
    public static string? WhyNotWritable(string option, FileInfo file)
    {
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
}
