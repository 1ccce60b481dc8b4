using System.Text.Json;

namespace GracefulHttp.WireTests.Benchmarks;

/// <summary>The comparison in miniature: what is exact is asserted, with its opposite; what is measured is only there.</summary>
[Collection(nameof(Alone))]
public sealed class CompareTests : IDisposable
{
    private const string Full = "/dev/full";

    private static readonly string[] Quick =
        ["compare", "--protocol", "http", "--server", "kestrel", "--phase", "headers", "--rounds", "1", "--seconds", "0.3", "--workers", "4"];

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("--phase headers,body --protocol http")]
    [InlineData("--phase upload --protocol http,https")]
    [InlineData("--phase idle-close --protocol https")]
    [InlineData("--phase headers --protocol https --rtt-ms 20 --bandwidth 50")]
    [InlineData("--phase headers --protocol http --rate 200 --rounds 2")]
    [InlineData("--strategies abort,retry --protocol http,https")]
    public async Task Compare_FinBlindServer_OnlyAbortResetsAndTheOraclesAgree(string arguments)
    {
        bool isOpenLoop = arguments.Contains("--rate", StringComparison.Ordinal);
        JsonElement[] rows = await MeasureAsync(
            [.. $"--server blind --seconds 0.5 {(isOpenLoop ? "" : "--workers 8 ")}{arguments}".Split(' '), .. isOpenLoop ? [] : (string[])["--rounds", "1"]]);

        foreach (JsonElement row in rows)
        {
            row.GetProperty("failed").GetInt64().ShouldBe(0, row.ToString());
            row.GetProperty("okPerSecond").GetDouble().ShouldBeGreaterThan(0, row.ToString());
            row.GetProperty("abandoned").GetInt64().ShouldBeGreaterThan(0, row.ToString());
            row.GetProperty("oraclesAgree").GetBoolean().ShouldBeTrue(row.ToString());
            long resets = row.GetProperty("resetsFromClient").GetInt64();
            if (row.GetProperty("strategy").GetString() == "abort")
            {
                resets.ShouldBeGreaterThan(0, row.ToString());
            }
            else
            {
                resets.ShouldBe(0, row.ToString());
            }

            JsonElement[] samples = [.. row.GetProperty("samples").EnumerateArray()];
            samples.Length.ShouldBeGreaterThan(1, row.ToString());
        }
    }

    [Fact]
    public async Task Compare_ServerIsFar_MeasuresForTenRoundTrips()
    {
        JsonElement[] rows = await MeasureAsync("--rtt-ms", "120", "--protocol", "http", "--server", "blind", "--phase", "headers", "--rounds", "1", "--strategies", "drain");

        rows.ShouldHaveSingleItem().GetProperty("okPerSecond").GetDouble().ShouldBeGreaterThan(0);
        using JsonDocument document = JsonDocument.Parse(await File.ReadAllTextAsync(Path("rows.json")));
        document.RootElement.GetProperty("environment").GetProperty("secondsPerRound").GetDouble().ShouldBe(1.2);
    }

    [Fact]
    public async Task Compare_Http2OnKestrel_AbortedUploadsResetTheirStreams()
    {
        JsonElement[] rows = await MeasureAsync("--protocol", "h2", "--phase", "upload", "--rounds", "1", "--seconds", "0.5", "--workers", "8");

        JsonElement abort = rows.Single(row => row.GetProperty("strategy").GetString() == "abort");
        abort.GetProperty("streamResets").GetInt64().ShouldBeGreaterThan(0, abort.ToString());
        rows.ShouldAllBe(row => row.GetProperty("abandoned").GetInt64() > 0);
    }

    [Fact]
    public async Task Compare_EveryFile_IsWritten()
    {
        await MeasureAsync(
            [.. Quick[1..], "--html", Path("page.html"), "--markdown", Path("table.md"), "--svg", Path("chart.svg")]);

        (await File.ReadAllTextAsync(Path("page.html"))).ShouldStartWith("<!DOCTYPE html>");
        (await File.ReadAllTextAsync(Path("table.md"))).ShouldContain("| http | kestrel | headers | drain |");
        (await File.ReadAllTextAsync(Path("chart.svg"))).ShouldStartWith("<svg");
    }

    [Theory]
    [InlineData("--rounds 0", "--rounds: '0' is not a whole number from 1 to 1000.")]
    [InlineData("--seconds 0.01", "--seconds: '0.01' is not a number from 0.1 to 3600.")]
    [InlineData("--rate -1", "--rate: '-1' is not a number from 0 to 1000000.")]
    [InlineData("--rate 1e-10", "--rate: '1E-10' is neither 0 nor at least 0.001.")]
    [InlineData("--rtt-ms NaN", "--rtt-ms: 'NaN' is not a number from 0 to 10000.")]
    [InlineData("--bandwidth fast", "--bandwidth: 'fast' is not a number from 0 to 100000.")]
    [InlineData("--phase idle", "--phase: 'idle' is not one of headers, body, upload, idle-close.")]
    [InlineData("--strategies retry --phase body", "--strategies retry with --phase body: only headers are asked for again.")]
    [InlineData("--rate 10 --workers 3", "--workers are those of the closed loop and do not go with --rate.")]
    [InlineData("--target http://127.0.0.1:1/ --rtt-ms 5", "--rtt-ms and --bandwidth go with the embedded servers, and not with --target.")]
    [InlineData("--timeout-ms 20000 --rtt-ms 10000", "--timeout-ms 20000 with --rtt-ms 10000: slow answers would have to come after 60100 ms, and the servers wait 60000 ms at most.")]
    [InlineData("--seconds 0.9 --rtt-ms 250", "--seconds 0.9 with --rtt-ms 250: a request may take four round trips, and would not be answered in that time.")]
    [InlineData("--json /tmp/same --html /tmp/../tmp/same", "--json and --html name the same file, '/tmp/same'.")]
    [InlineData("--json /no/such/folder/file", "--json: '/no/such/folder/file' cannot be written")]
    [InlineData("--html /no/such/folder/file", "--html: '/no/such/folder/file' cannot be written")]
    [InlineData("--markdown /no/such/folder/file", "--markdown: '/no/such/folder/file' cannot be written")]
    [InlineData("--svg /no/such/folder/file", "--svg: '/no/such/folder/file' cannot be written")]
    public async Task Compare_BadOption_ExitsWithOneClearError(string arguments, string error)
    {
        (int exitCode, string output, string errors) = await BenchmarkTool.RunAsync(["compare", .. arguments.Split(' ')]);

        exitCode.ShouldBe(1, errors);
        output.ShouldBeEmpty();
        errors.ShouldStartWith($"error: {error}");
        errors.TrimEnd().Split('\n').Length.ShouldBe(1, errors);
    }

    [Fact]
    public async Task Compare_NotAllowedToLook_SaysThatTheKernelCountedBoth()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root can give a right up.");
        const string Rights = "-net_raw,-sys_admin";

        (int exitCode, string output, string errors) = await BenchmarkTool.RunInAsync(
            ["setpriv", $"--bounding-set={Rights}", $"--inh-caps={Rights}"], [.. Quick, "--json", Path("rows.json")]);

        exitCode.ShouldBe(0, errors);
        output.ShouldContain("RSTs counted by the kernel (OutRsts) for the whole machine");
        using JsonDocument document = JsonDocument.Parse(await File.ReadAllTextAsync(Path("rows.json")));
        foreach (JsonElement row in document.RootElement.GetProperty("rows").EnumerateArray())
        {
            row.GetProperty("resetsFromClient").ValueKind.ShouldBe(JsonValueKind.Null, row.ToString());
            row.GetProperty("resetsSent").ValueKind.ShouldBe(JsonValueKind.Number, row.ToString());
            row.GetProperty("okPerSecond").GetDouble().ShouldBeGreaterThan(0, row.ToString());
        }
    }

    [Fact]
    public async Task Compare_DiskIsFullInTheEnd_NamesEachFileBelowTheTableAndWritesTheOthers()
    {
        Assert.SkipUnless(File.Exists(Full), $"There is no {Full} here.");
        string[] full = [.. ((string[])["rows.json", "page.html", "chart.svg"]).Select(Path)];
        Array.ForEach(full, file => File.CreateSymbolicLink(file, Full));

        (int exitCode, string output, string errors) = await BenchmarkTool.RunAsync(
            [.. Quick, "--json", full[0], "--html", full[1], "--markdown", Path("table.md"), "--svg", full[2]]);

        exitCode.ShouldBe(1);
        output.ShouldContain("useful");
        errors.Split('\n').Where(line => line.StartsWith("error:", StringComparison.Ordinal)).Select(line => line[..line.IndexOf(" cannot", StringComparison.Ordinal)])
            .ShouldBe([$"error: --json: '{full[0]}'", $"error: --html: '{full[1]}'", $"error: --svg: '{full[2]}'"], errors);
        errors.ShouldNotContain("   at ");
        (await File.ReadAllTextAsync(Path("table.md"))).ShouldContain("| http | kestrel | headers | drain |");
    }

    private string Path(string name) => System.IO.Path.Combine(_folder, name);

    private async Task<JsonElement[]> MeasureAsync(params string[] arguments)
    {
        (int exitCode, string output, string errors) = await BenchmarkTool.RunAsync(["compare", .. arguments, "--json", Path("rows.json")]);

        exitCode.ShouldBe(0, errors);
        using JsonDocument document = JsonDocument.Parse(await File.ReadAllTextAsync(Path("rows.json")));
        JsonElement[] rows = [.. document.RootElement.GetProperty("rows").Clone().EnumerateArray()];
        Assert.SkipWhen(
            rows.Any(row => row.GetProperty("resetsFromClient").ValueKind == JsonValueKind.Null),
            "Neither a raw socket nor a network namespace of one's own is allowed here, so the client's RSTs are not known.");
        output.ShouldContain("useful");
        return rows;
    }
}
