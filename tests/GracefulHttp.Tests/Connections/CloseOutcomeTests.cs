using System.Text.RegularExpressions;
using GracefulHttp.Connections;

namespace GracefulHttp.Tests.Connections;

public sealed partial class CloseOutcomeTests
{
    public static TheoryData<string> Outcomes =>
        [.. Enum.GetNames<CloseOutcome>().Where(static name => name != nameof(CloseOutcome.None))];

    [Theory]
    [MemberData(nameof(Outcomes))]
    public void ToTag_EveryOutcome_IsItsNameInSnakeCaseAndDocumented(string outcome)
    {
        string tag = Enum.Parse<CloseOutcome>(outcome).ToTag();

        tag.ShouldBe(WordBegin().Replace(outcome, "_$0")[1..].ToLowerInvariant());
        string documentation = File.ReadAllText(Path.ChangeExtension(typeof(GracefulHttpTelemetry).Assembly.Location, ".xml"));
        documentation.ShouldContain($"<c>{tag}</c>");
    }

    [Fact]
    public void ToTag_NoOutcome_IsRefused() => Should.Throw<ArgumentOutOfRangeException>(() => CloseOutcome.None.ToTag());

    [GeneratedRegex("[A-Z]")]
    private static partial Regex WordBegin();
}
