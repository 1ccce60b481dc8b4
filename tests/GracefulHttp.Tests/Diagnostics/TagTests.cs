using System.Text.RegularExpressions;
using GracefulHttp.Abandonment;

namespace GracefulHttp.Tests.Diagnostics;

/// <summary>The values of our tags: their names in snake_case, each documented.</summary>
public sealed partial class TagTests
{
    public static TheoryData<string, string> Values => new(
    [
        .. Enum.GetValues<AbandonOutcome>().Skip(1).Select(value => (value.ToString(), value.ToTag())),
        .. Enum.GetValues<AbandonPhase>().Select(value => (value.ToString(), value.ToTag())),
        .. Enum.GetValues<UnsentReason>().Skip(1).Select(value => (value.ToString(), value.ToTag())),
    ]);

    [Theory]
    [MemberData(nameof(Values))]
    public void ToTag_EveryValue_IsItsNameInSnakeCaseAndDocumented(string name, string tag)
    {
        tag.ShouldBe(WordBegin().Replace(name, "_$0")[1..].ToLowerInvariant());
        string documentation = File.ReadAllText(Path.ChangeExtension(typeof(GracefulHttpTelemetry).Assembly.Location, ".xml"));
        documentation.ShouldContain($"<c>{tag}</c>");
    }

    [Fact]
    public void ToTag_NoValue_IsRefused()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => AbandonOutcome.None.ToTag());
        Should.Throw<ArgumentOutOfRangeException>(() => UnsentReason.None.ToTag());
        Should.Throw<ArgumentOutOfRangeException>(() => ((AbandonPhase)99).ToTag());
    }

    [GeneratedRegex("[A-Z]")]
    private static partial Regex WordBegin();
}
