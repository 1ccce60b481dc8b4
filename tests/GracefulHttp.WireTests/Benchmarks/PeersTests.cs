using GracefulHttp.TestKit.Peers;

namespace GracefulHttp.WireTests.Benchmarks;

/// <summary>The comparison with other clients in miniature: with those that need nothing but what this repository needs.</summary>
[Collection(nameof(Alone))]
public sealed class PeersTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly string _table;

    public PeersTests() => _table = Path.Combine(_folder, "peers.md");

    private string[] Small =>
    [
        $"OUTPUT={_table}", $"TOOL={Path.ChangeExtension(BenchmarkTool.Assembly, null)}", "INSTALL=no", "REQUESTS=300", "WARM_UP=100", "ROUNDS=1",
        "benchmarks/peers/run.sh",
    ];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Peers_OwnClients_AreComparedInOneTable()
    {
        SkipUnlessTwoHosts();

        await Shell.RunAsync(Repository.Root, "env", [.. Small, "dotnet/plain", "dotnet/drain"]);

        string table = await File.ReadAllTextAsync(_table);
        table.ShouldContain($"Reproduce with `REQUESTS=300 WARM_UP=100 ROUNDS=1 OUTPUT={_table} benchmarks/peers/run.sh dotnet/plain dotnet/drain`, as root.");
        string[][] rows = Rows(table);
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
    public async Task Peers_ClientsThatFail_AreNamedAndTheOthersCompared()
    {
        SkipUnlessTwoHosts();
        string path = await PutNodeOnThePathAsync(
            """
            [ "$3" = http ] || { echo ready; read -r go; }
            echo "no $3 today" >&2
            exit 3
            """);

        (int exitCode, string output) = await Shell.TryAsync(
            Repository.Root, "env", [path, "PROTOCOLS=http", .. Small, "node/http", "dotnet/drain", "node/fetch"]);

        exitCode.ShouldBe(0, output);
        output.ShouldContain("left out: node/http over http did not get ready: no http today");
        output.ShouldContain("left out: node/fetch over http did not end: no fetch today");
        string table = await File.ReadAllTextAsync(_table);
        Rows(table).Select(row => row[0]).ShouldBe(["GracefulHttp, Drain"]);
        table.ShouldContain("- Left out, because it failed here: node/http\n");
        table.ShouldContain("- Left out, because it failed here: node/fetch\n");
    }

    [Fact]
    public async Task Peers_EvenNumberOfRounds_MedianIsBetweenTheTwoInTheMiddle()
    {
        SkipUnlessTwoHosts();
        string path = await PutNodeOnThePathAsync(
            $$"""
            [ "$1" = --no-warnings ] || { echo a version; exit; }
            [ -e '{{_folder}}/again' ] && abandoned=31 || abandoned=20
            touch '{{_folder}}/again'
            echo ready; read -r go
            echo "{\"useful\": 100, \"abandoned\": $abandoned, \"failed\": 0, \"seconds\": 1}"; read -r end
            """);

        await Shell.RunAsync(Repository.Root, "env", [path, "PROTOCOLS=http", .. Small[..^1], "ROUNDS=2", Small[^1], "node/http"]);

        string[] row = Rows(await File.ReadAllTextAsync(_table)).ShouldHaveSingleItem();
        row[..3].ShouldBe(["Node http", "100", "25.5"]);
    }

    [Fact]
    public async Task Peers_UnknownClient_IsNamed()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root gets that far.");

        (int exitCode, string output) = await Shell.TryAsync(Repository.Root, "bash", "benchmarks/peers/run.sh", "cobol/http");

        exitCode.ShouldBe(1);
        output.ShouldStartWith("error: 'cobol/http' is not one of: dotnet/plain ");
    }

    /// <summary>A client that does what the script says.</summary>
    /// <returns>The variable of the environment that puts it before the real one.</returns>
    private async Task<string> PutNodeOnThePathAsync(string script)
    {
        string node = Path.Combine(_folder, "node");
        await File.WriteAllTextAsync(node, $"#!/bin/sh\n[ \"$1\" != --check ] || exit 0\n{script}\n");
        await Shell.RunAsync(_folder, "chmod", "+x", node);
        return $"PATH={_folder}:{Environment.GetEnvironmentVariable("PATH")}";
    }

    private static void SkipUnlessTwoHosts()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && OperatingSystem.IsLinux(), "Network namespaces need root and Linux.");
        foreach (string tool in (string[])["ip", "nsenter", "unshare"])
        {
            Assert.SkipUnless(ToolProcess.IsAvailable(tool, out string whyNot), whyNot);
        }
    }

    private static string[][] Rows(string table) =>
    [
        .. table.Split('\n').Where(line => line.StartsWith("| ") && !line.StartsWith("| client"))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1]),
    ];
}
