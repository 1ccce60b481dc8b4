using GracefulHttp.Benchmarks.Watch;

namespace GracefulHttp.BenchmarkTests.Watch;

public sealed class WatchedPortsTests
{
    [Theory]
    [InlineData("80", 80, 80)]
    [InlineData("8000-8099", 8000, 8099)]
    [InlineData("1-65535", 1, 65535)]
    public void TryParse_PortOrRange_IsRead(string text, int first, int last)
    {
        WatchedPorts.TryParse(text, out (int First, int Last) range).ShouldBeTrue();

        range.ShouldBe((first, last));
        var ports = new WatchedPorts([range]);
        ports.Contains(first).ShouldBeTrue();
        ports.Contains(last).ShouldBeTrue();
        ports.Contains(first - 1).ShouldBeFalse();
        ports.Contains(last + 1).ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("65536")]
    [InlineData("http")]
    [InlineData("-80")]
    [InlineData("90-80")]
    [InlineData("1-2-3")]
    [InlineData(" 80")]
    public void TryParse_AnythingElse_IsNot(string text) => WatchedPorts.TryParse(text, out _).ShouldBeFalse();
}
