using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.WireTests.Benchmarks;

/// <summary>The command <c>watch</c>, from its options to its exit code. What it shows is tested beside the tool.</summary>
[Collection(nameof(Alone))]
public sealed class WatchTests
{
    private const int NoPermission = 77;

    [Fact]
    public async Task Watch_ItsTimeIsUp_SumsUp()
    {
        Assert.SkipUnless(SegmentTap.IsAvailable(out string whyNot), whyNot);

        (int exitCode, string output, string errors) = await BenchmarkTool.RunAsync("watch", "--port", "1", "2-3", "--interface", "lo", "--seconds", "0.1");

        exitCode.ShouldBe(0, errors);
        errors.TrimEnd().ShouldBe("watching port 1, 2-3 on lo, for 0.1 s");
        output.TrimStart().ShouldStartWith("connections: 0 in 0.");
        output.ShouldContain("RSTs: 0 from clients, 0 from servers");
    }

    [Fact]
    public async Task Watch_NotAllowedTo_SaysWhatRightItNeeds()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root can give a right up.");

        (int exitCode, string output, string errors) = await BenchmarkTool.RunInAsync(
            BenchmarkTool.WithoutRawSockets, "watch", "--seconds", "1");

        exitCode.ShouldBe(NoPermission);
        output.ShouldBeEmpty();
        errors.ShouldStartWith("error: watch cannot see the wire: ");
        errors.ShouldContain("(root or CAP_NET_RAW)");
    }

    [Theory]
    [InlineData("watch --port 70000", "--port: '70000' is neither a port from 1 to 65535 nor a range of them, FIRST-LAST.")]
    [InlineData("watch --port 80,90-80", "--port: '90-80' is neither")]
    [InlineData("watch --interface nosuch0", "--interface: there is no 'nosuch0' here.")]
    [InlineData("watch --seconds -1", "--seconds: '-1' is not a number from 0 to 86400.")]
    public async Task Watch_BadOption_ExitsWithOneClearError(string arguments, string error)
    {
        (int exitCode, string output, string errors) = await BenchmarkTool.RunAsync(arguments.Split(' '));

        exitCode.ShouldBe(1, errors);
        output.ShouldBeEmpty();
        errors.ShouldStartWith($"error: {error}");
        errors.TrimEnd().Split('\n').Length.ShouldBe(1, errors);
    }
}
