using GracefulHttp.Benchmarks.Counting;

namespace GracefulHttp.BenchmarkTests.Counting;

public sealed class OracleCountsTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 2)]
    [InlineData(100, 102)]
    [InlineData(102, 100)]
    [InlineData(10_000, 10_100)]
    public void Disagreement_WithinOnePercentOrTwo_IsNone(long raw, long kernel) =>
        new OracleCounts(raw, kernel, raw, Server: null).Disagreement().ShouldBeNull();

    [Theory]
    [InlineData(0, 3)]
    [InlineData(103, 100)]
    [InlineData(10_000, 10_102)]
    public void Disagreement_Beyond_NamesBothCounts(long raw, long kernel)
    {
        string disagreement = new OracleCounts(raw, kernel, raw, Server: null).Disagreement().ShouldNotBeNull();

        disagreement.ShouldContain($"the raw socket saw {raw:#,0} RSTs");
        disagreement.ShouldContain($"the kernel counted {kernel:#,0} (OutRsts)");
    }

    [Theory]
    [InlineData(0, 50, false)]
    [InlineData(50, 0, true)]
    public void Disagreement_OthersUseTheNamespaceToo_OnlyWhatNobodySentIsOne(long raw, long kernel, bool disagree) =>
        (new OracleCounts(raw, kernel, raw, Server: null, KernelIsShared: true).Disagreement() is not null).ShouldBe(disagree);

    [Theory]
    [InlineData(0)]
    [InlineData(500)]
    public void Disagreement_ServerMissedSome_IsNone(long noticed) =>
        new OracleCounts(1000, 1000, RawAtServer: 1000, Server: noticed).Disagreement().ShouldBeNull();

    [Fact]
    public void Disagreement_ServerNoticedMoreThanThereWere_NamesBothCounts()
    {
        string disagreement = new OracleCounts(Raw: 10, Kernel: 10, RawAtServer: 10, Server: 20).Disagreement().ShouldNotBeNull();

        disagreement.ShouldContain("the server noticed 20");
        disagreement.ShouldContain("the raw socket saw 10");
    }

    [Fact]
    public void Disagreement_OnlyOneOracle_IsNotClaimed()
    {
        var kernelOnly = new OracleCounts(Raw: null, Kernel: 5, RawAtServer: null, Server: 9);

        kernelOnly.AreComparable.ShouldBeFalse();
        kernelOnly.Disagreement().ShouldBeNull();
    }

    [Fact]
    public void Oracles_BehindARelay_CountBothConnections()
    {
        var seen = new WireCounts(ResetsFromClient: 10, ResetsFromServer: 1, KernelResets: 23, BehindRelay: new RelayedResets(ToServer: 10, FromServer: 2));

        seen.Oracles(noticedByServer: 9).ShouldBe(new OracleCounts(Raw: 23, Kernel: 23, RawAtServer: 10, Server: 9));
    }
}
