using GracefulHttp.TestKit.Peers;

namespace GracefulHttp.WireTests.Benchmarks;

/// <summary>The comparison with other clients in miniature: with those that need nothing but what this repository needs.</summary>
[Collection(nameof(Alone))]
public sealed class PeersTests : IDisposable
{
    private readonly string _table = Path.GetTempFileName();

    public void Dispose() => File.Delete(_table);

    [Fact]
    public async Task Peers_OwnClients_AreComparedInOneTable()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && OperatingSystem.IsLinux(), "Network namespaces need root and Linux.");
        foreach (string tool in (string[])["ip", "nsenter", "unshare"])
        {
            Assert.SkipUnless(ToolProcess.IsAvailable(tool, out string whyNot), whyNot);
        }

        await Shell.RunAsync(
            Repository.Root, "env", $"OUTPUT={_table}", $"TOOL={Path.ChangeExtension(BenchmarkTool.Assembly, null)}", "INSTALL=no",
            "REQUESTS=300", "WARM_UP=100", "ROUNDS=1", "benchmarks/peers/run.sh", "dotnet/plain", "dotnet/drain");

        string[][] rows = [.. (await File.ReadAllLinesAsync(_table)).Where(line => line.StartsWith("| ") && !line.StartsWith("| client"))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1])];
        rows.Select(row => row[0]).ShouldBe([".NET HttpClient", "GracefulHttp, Drain", ".NET HttpClient", "GracefulHttp, Drain"], "for http and https");
        foreach (string[] row in rows)
        {
            const int Useful = 1, Abandoned = 2, Resets = 3, Cpu = 6;
            int.Parse(row[Useful]).ShouldBeGreaterThan(0);
            // On a busy machine a slow answer may be faster than the timer.
            int.Parse(row[Abandoned]).ShouldBeInRange(1, 90);
            int.Parse(row[Cpu]).ShouldBeGreaterThan(0);
            (int.Parse(row[Resets]) > 0).ShouldBe(row[0] == ".NET HttpClient", string.Join(" | ", row));
        }
    }

    [Fact]
    public async Task Peers_UnknownClient_IsNamed()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root gets that far.");

        (int exitCode, string output) = await Shell.TryAsync(Repository.Root, "bash", "benchmarks/peers/run.sh", "cobol/http");

        exitCode.ShouldBe(1);
        output.ShouldStartWith("error: 'cobol/http' is not one of: dotnet/plain ");
    }
}
