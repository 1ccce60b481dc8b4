namespace GracefulHttp.Tests.PublicApi;

/// <summary>The public API changes only where somebody wants it to.</summary>
public sealed class PublicApiTests
{
    private const string Snapshot = "PublicApi.txt";

    [Fact]
    public void Library_PublicApi_IsTheOneThatWasAgreedOn()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "PublicApi");
        string[] agreed = File.ReadAllLines(Path.Combine(folder, Snapshot));
        string[] actual = [.. ApiDescription.Of(typeof(GracefulHttpHandler).Assembly.GetExportedTypes())];

        string now = Path.Combine(folder, "PublicApi.now.txt");
        File.WriteAllLines(now, actual);

        // In their order, so that a member that became another stands below it.
        IEnumerable<string> changes = agreed.Except(actual).Select(line => $"- {line}")
            .Concat(actual.Except(agreed).Select(line => $"+ {line}"))
            .OrderBy(line => line[2..], StringComparer.Ordinal);
        string.Join('\n', changes).ShouldBeEmpty($"The public API has changed. Where that is wanted, copy {now} over {Snapshot} in the sources.");
    }
}
