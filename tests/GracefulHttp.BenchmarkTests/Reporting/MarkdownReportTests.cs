using GracefulHttp.Benchmarks.Compare;
using GracefulHttp.Benchmarks.Counting;
using GracefulHttp.Benchmarks.Reporting;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.BenchmarkTests.Reporting;

public sealed class MarkdownReportTests
{
    [Fact]
    public void Create_Table_HasEveryRowAndAsManyCellsInEach()
    {
        string[] lines = MarkdownReport.Create(SampleRows.Settings, SampleRows.Machine, SampleRows.All).Split('\n');
        string[] table = [.. lines.TakeWhile(line => line.StartsWith('|'))];

        table.Length.ShouldBe(2 + SampleRows.All.Count);
        table.Select(line => line.Count(c => c == '|')).Distinct().Count().ShouldBe(1);
        table.ShouldContain(line => line.StartsWith("| https | kestrel | idle-close | drain | 1,000 | ", StringComparison.Ordinal));
    }

    [Fact]
    public void Create_TextThatIsMarkdown_IsEscaped()
    {
        CompareRow failed = SampleRows.Row(failure: "a | b <c> *d*");

        string report = MarkdownReport.Create(SampleRows.Settings, SampleRows.Machine, [failed]);

        report.ShouldContain(@"a \| b \<c\> \*d\*");
    }

    [Fact]
    public void Reading_OraclesDisagree_SaysSoAndWhere()
    {
        CompareRow row = SampleRows.Row(new Cell(WireProtocol.Http, ServerKind.Blind, RequestPhase.Body), resetsFromClient: 90, kernelResets: 100);

        string[] sentences = [.. new CompareReading(SampleRows.Settings, [row]).Sentences()];

        sentences.ShouldContain("http blind body abort: the oracles do not agree: the raw socket saw 90 RSTs, the kernel counted 100 (OutRsts).");
        CountingCaption.For([row]).ShouldEndWith("agree in 0 of 1 rows; the others are named.");
    }

    [Fact]
    public void Reading_OraclesAgree_IsSilentAndTheCaptionSaysSo()
    {
        CompareRow row = SampleRows.Row(resetsFromClient: 100);

        new CompareReading(SampleRows.Settings, [row]).Sentences().ShouldNotContain(sentence => sentence.Contains("oracles"));
        CountingCaption.For([row]).ShouldEndWith("Raw socket and kernel agree in every row (1).");
    }

    [Fact]
    public void Caption_TheKernelsCounterIsShared_ClaimsNoMoreThanThatItIsNotTooLow()
    {
        CompareRow row = SampleRows.Row(resetsFromClient: 90);
        CompareRound round = row.Rounds[0];
        row = row with { Rounds = [round with { Wire = round.Wire with { KernelIsShared = true } }] };

        CountingCaption.For([row]).ShouldEndWith("The kernel counted no fewer in every row (1).");
    }

    [Fact]
    public void Caption_ARowWithoutBothCounts_IsNotAmongThoseThatAgree()
    {
        CompareRow[] rows = [SampleRows.Row(resetsFromClient: 100), SampleRows.Row(resetsFromClient: null)];

        CountingCaption.For(rows).ShouldEndWith("Raw socket and kernel agree in the 1 of 2 rows that both counted.");
    }

    [Fact]
    public void Reading_OnlyTheKernelCounted_SaysWhatWasNotToldApart()
    {
        CompareRow row = SampleRows.Row(resetsFromClient: null);

        new CompareReading(SampleRows.Settings, [row]).Sentences()
            .ShouldContain("The client's RSTs could not be told from the server's, and are counted together: http kestrel headers abort.");
        CountingCaption.For([row]).ShouldContain("neither what its other programs sent could be told apart");
        MarkdownReport.Create(SampleRows.Settings, SampleRows.Machine, [row]).ShouldContain("| in it |");
    }

    [Theory]
    [InlineData(nameof(CountingMethod.ServersHost), 9L, null, "| 9 | 90 | ? |", "The client's RSTs counted one by one on a raw socket at the server's host")]
    [InlineData(nameof(CountingMethod.ClientsHost), null, 7L, "| 100 | 1,000 | 7 |", "The server's RSTs counted one by one on a raw socket here")]
    [InlineData(nameof(CountingMethod.KernelClientsHost), null, null, "| 100 | 1,000 | ? |", "The client's RSTs counted by this host's kernel (OutRsts)")]
    public void Create_OneOfTwoHostsMayNotLook_SaysWhatIsKnownAndClaimsNothingElse(
        string method, long? fromClient, long? fromServer, string numbers, string caption)
    {
        CompareRow row = SampleRows.Row(resetsFromClient: fromClient, method: Enum.Parse<CountingMethod>(method), resetsFromServer: fromServer);

        string report = MarkdownReport.Create(SampleRows.Settings, SampleRows.Machine, [row]);

        report.ShouldContain(numbers);
        report.ShouldContain(caption);
        report.ShouldNotContain("counted together");
    }
}
