namespace GracefulHttp.Tests;

public sealed class ReadmeTests
{
    [Fact]
    public async Task Example_IsTheOneThatCompiles()
    {
        string[] source = await File.ReadAllLinesAsync(PathOf("ReadmeExample.cs"), TestContext.Current.CancellationToken);
        string[] readme = await File.ReadAllLinesAsync(PathOf("README.md"), TestContext.Current.CancellationToken);

        IEnumerable<string> shown = readme.SkipWhile(line => line != "```csharp").Skip(1).TakeWhile(line => line != "```");

        Code(shown).ShouldBe(Code(Marked(source)));
    }

    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, file);

    private static IEnumerable<string> Marked(IEnumerable<string> lines)
    {
        bool inside = false;
        foreach (string line in lines)
        {
            if (line.TrimStart().StartsWith("// <", StringComparison.Ordinal))
            {
                inside = line.Contains("<readme>", StringComparison.Ordinal);
            }
            else if (inside)
            {
                yield return line;
            }
        }
    }

    private static string[] Code(IEnumerable<string> lines) =>
        [.. lines.Select(line => line.Trim()).Where(line => line.Length != 0)];
}
