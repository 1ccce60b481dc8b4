using GracefulHttp.Diagnostics;

namespace GracefulHttp.Tests.Diagnostics;

public sealed class SnmpFileTests
{
    [Fact]
    public void FindResetsSent_GroupsOfAllProtocols_IsTheColumnOfTcp() =>
        SnmpFile.FindResetsSent(["Udp: OutRsts", "Udp: 1", "Tcp: InSegs OutRsts InErrs", "Tcp: 2 3 4"]).ShouldBe(3);

    [Theory]
    [InlineData()]
    [InlineData("Tcp: OutRsts")]
    [InlineData("Tcp: InSegs", "Tcp: 1")]
    [InlineData("Tcp: InSegs OutRsts", "Tcp: 1")]
    [InlineData("Tcp: OutRsts", "Tcp: many")]
    public void FindResetsSent_NotThere_IsNotMadeUp(params string[] lines) => SnmpFile.FindResetsSent(lines).ShouldBeNull();
}
