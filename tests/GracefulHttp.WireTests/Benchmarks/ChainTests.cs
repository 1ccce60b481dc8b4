using System.Text.Json;

namespace GracefulHttp.WireTests.Benchmarks;

/// <summary><c>chain</c> in miniature.</summary>
[Collection(nameof(Alone))]
public sealed class ChainTests : IDisposable
{
    private const int Calls = 2;
    private const int LastService = 3;

    private readonly string _json = Path.GetTempFileName();

    public void Dispose() => File.Delete(_json);

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    [InlineData("h2")]
    public async Task Chain_TimeEnough_EveryServiceIsToldAndUnderDrainEachLaterByATimeout(string protocol)
    {
        const int DrainTimeout = 200;

        JsonElement[] rows = await MeasureAsync("--protocol", protocol, "--drain-timeout-ms", $"{DrainTimeout}", "--work-ms", "30000");

        rows.Length.ShouldBe(4 * LastService, "clients, services");
        rows.ShouldAllBe(row => row.GetProperty("told").GetInt32() == Calls);
        foreach (JsonElement row in rows.Where(row => Client(row) == "drain"))
        {
            // A drain gives up no earlier, however busy the machine is; of a timer's grain a little is left.
            Least(row).ShouldBeGreaterThan(0.9 * DrainTimeout * Service(row), row.ToString());
        }

        foreach (JsonElement row in rows.Where(row => Client(row) == "drainthenclose"))
        {
            Least(row).ShouldBeGreaterThan(0.9 * DrainTimeout, row.ToString());
        }
    }

    [Fact]
    public async Task Chain_WorkIsDoneWithinADrain_OnlyDrainTellsNobody()
    {
        JsonElement[] rows = await MeasureAsync("--drain-timeout-ms", "60000", "--work-ms", "4000");

        foreach (JsonElement row in rows)
        {
            bool drains = Client(row) is "drain" or "drainthenclose";
            row.GetProperty("told").GetInt32().ShouldBe(drains ? 0 : Calls, row.ToString());
        }
    }

    [Theory]
    [InlineData("chain --drain-timeout-ms 0", "--drain-timeout-ms: '0' is not a whole number from 1 to 60000.")]
    [InlineData("chain --protocol h3", "--protocol: 'h3' is not one of http, https, h2.")]
    [InlineData("chain --protocol https,h2", "--protocol: 'https,h2' is not one of http, https, h2.")]
    [InlineData("chain --json /no/such/folder/file", "--json: '/no/such/folder/file' cannot be written")]
    public async Task Chain_BadOption_ExitsWithOneClearError(string arguments, string error)
    {
        (int exitCode, string output, string errors) = await BenchmarkTool.RunAsync(arguments.Split(' '));

        exitCode.ShouldBe(1, errors);
        output.ShouldBeEmpty();
        errors.ShouldStartWith($"error: {error}");
    }

    [Fact]
    public async Task Chain_DiskIsFullInTheEnd_NamesTheOptionBelowTheTable()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no /dev/full here.");

        (int exitCode, string output, string errors) = await BenchmarkTool.RunAsync(
            "chain", "--calls", "1", "--drain-timeout-ms", "50", "--json", "/dev/full");

        exitCode.ShouldBe(1);
        output.ShouldContain("drain, services close");
        errors.TrimEnd().Split('\n')[^1].ShouldStartWith("error: --json: '/dev/full' cannot be written: ");
    }

    private async Task<JsonElement[]> MeasureAsync(params string[] arguments)
    {
        (int exitCode, string output, string errors) = await BenchmarkTool.RunAsync(["chain", "--calls", $"{Calls}", .. arguments, "--json", _json]);

        exitCode.ShouldBe(0, errors);
        output.ShouldContain("drain, services close");
        using JsonDocument document = JsonDocument.Parse(await File.ReadAllTextAsync(_json));
        return [.. document.RootElement.GetProperty("rows").Clone().EnumerateArray()];
    }

    private static string Client(JsonElement row) => row.GetProperty("client").GetString()!;

    private static int Service(JsonElement row) => row.GetProperty("service").GetInt32();

    private static double Least(JsonElement row) => row.GetProperty("leastMs").GetDouble();
}
