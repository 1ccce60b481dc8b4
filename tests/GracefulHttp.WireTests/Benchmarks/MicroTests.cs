using System.Runtime.InteropServices;
using System.Text.Json;

namespace GracefulHttp.WireTests.Benchmarks;

/// <summary>Each measurement of <c>micro</c> in miniature. What is exact is asserted; what is measured is only there.</summary>
[Collection(nameof(Alone))]
public sealed class MicroTests : IDisposable
{
    /// <summary>
    /// An object per request would show as this many bytes. Less is what rounds differ in: a pooled object that is made anew when
    /// the requests move to another thread, a read that found its data at once.
    /// </summary>
    private const double SmallestObject = 24;

    private readonly string _json = Path.GetTempFileName();

    public void Dispose() => File.Delete(_json);

    [Fact]
    public async Task Overhead_RequestsNotAbandoned_UseGracefulCloseAllocatesNothing()
    {
        JsonElement[] rows = await MeasureAsync("overhead", "--rounds", "5", "--requests", "100");

        rows.Length.ShouldBe(2 * 3 * 4, "protocols, calls, handlers");
        JsonElement[] small = [.. rows.Where(row => Text(row, "call") != "download")];
        foreach (JsonElement row in small.Where(row => Text(row, "handler") is "bareagain" or "transport"))
        {
            Number(row, "moreBytes").ShouldBeInRange(-SmallestObject, SmallestObject, row.ToString());
        }

        // The opposite: bytes that are allocated are seen.
        foreach (JsonElement row in small.Where(row => Text(row, "handler") == "both"))
        {
            Number(row, "moreBytes").ShouldBeInRange(SmallestObject, 960, row.ToString());
        }

        rows.ShouldAllBe(row => Number(row, "microseconds") > 0);
    }

    [Fact]
    public async Task Linger_ManyConnections_AllLingerAtOnceAndAreGone()
    {
        const int Connections = 50;
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Sockets are counted in /proc, which only Linux has.");

        JsonElement[] rows = await MeasureAsync("linger", "--connections", $"{Connections}", "--linger-seconds", "5");

        rows.Length.ShouldBe(2, "protocols");
        foreach (JsonElement row in rows)
        {
            row.GetProperty("allLingered").GetBoolean().ShouldBeTrue(row.ToString());
            row.GetProperty("allGone").GetBoolean().ShouldBeTrue(row.ToString());
            row.GetProperty("outcomes").EnumerateObject().Select(outcome => (outcome.Name, outcome.Value.GetInt32()))
                .ShouldBe([("linger_timeout", Connections)]);

            // A thread for each would be seen; a pool that has woken up is none.
            Number(row, "moreThreads").ShouldBeLessThan(Connections / 2, row.ToString());
        }
    }

    [Fact]
    public async Task Cancel_EachPhase_EveryCallerHasItsExceptionFromEveryClient()
    {
        // A caller that has another exception, or one with another token, or an answer, ends the run with an error.
        JsonElement[] rows = await MeasureAsync("cancel", "--rounds", "2", "--cancels", "10");

        rows.Length.ShouldBe(3 * 2 * 4, "protocols, phases, clients");
        rows.ShouldAllBe(row => Number(row, "p50Microseconds") > 0 && Number(row, "p99Microseconds") >= Number(row, "p50Microseconds"));
        foreach (JsonElement plain in rows.Where(row => Text(row, "client") == "plain"))
        {
            plain.GetProperty("p99Ratio").GetProperty("median").GetDouble().ShouldBe(1, plain.ToString());
        }
    }

    [Fact]
    public async Task Storm_HandlersOutliveTheCancel_OnlyThePlainClientFails()
    {
        JsonElement[] rows = await MeasureAsync("storm", "--rounds", "1", "--seconds", "2");

        rows.Select(row => Text(row, "client")).ShouldBe(["plain", "close", "drain"]);
        rows.ShouldAllBe(row => Number(row, "abandoned") > 0 && Number(row, "answered") > 0 && Number(row, "failedAlone") == 0);
        Number(rows[0], "failed").ShouldBeGreaterThan(0);
        Text(rows[0], "firstFailure").ShouldContain("ENHANCE_YOUR_CALM");
        foreach (JsonElement graceful in rows[1..])
        {
            Number(graceful, "failed").ShouldBe(0, graceful.ToString());
            Number(graceful, "streamResets").ShouldBeLessThan(Number(graceful, "abandoned") / 2, graceful.ToString());
        }
    }

    /// <summary>Every benchmark method, once: one that fails ends the run with an error.</summary>
    [Theory]
    [InlineData("Handler", 2)]
    [InlineData("LoopbackGet", 2 * 3)]
    [InlineData("CancelledGet", 2 * 4)]
    [InlineData("Discard", 2)]
    [InlineData("Linger", 2)]
    public async Task Bench_EachMethodOnce_OnlyAbandonedPlainRequestsReset(string benchmarks, int methods)
    {
        const int Connections = 20;

        JsonElement[] rows = await MeasureAsync("bench", "--dry", "--filter", $"*.{benchmarks}Benchmarks.*", "--connections", $"{Connections}");

        rows.Length.ShouldBe(methods);
        rows.ShouldAllBe(row => Number(row, "nanoseconds") > 0);
        if (benchmarks is not ("CancelledGet" or "Linger") || !OperatingSystem.IsLinux())
        {
            return;
        }

        // The kernel counts for everybody in this network namespace: a late one of an earlier test may be among them.
        double all = benchmarks == "Linger" ? Connections : 1;
        foreach (JsonElement row in rows)
        {
            bool isPlain = Text(row, "benchmark") is "plain client" or "abort";
            double resets = Number(row, "resetsPerOperation");
            (resets > all / 2).ShouldBe(isPlain, row.ToString());
        }
    }

    [Fact]
    public async Task Tail_SlowAnswers_OnlyPlainClientsResetThem()
    {
        const int Calls = 200;

        JsonElement[] all = await MeasureAsync(
            "tail", "--calls", $"{Calls}", "--workers", "4", "--slow-percent", "10", "--slow-ms", "300", "--attempt-timeout-ms", "100");

        foreach (JsonElement[] rows in all.GroupBy(row => Text(row, "protocol")).Select(Enumerable.ToArray))
        {
            rows.Select(row => Text(row, "client")).ShouldBe(["none", "polly", "hedging", "retry"]);
            rows.ShouldAllBe(row => Number(row, "calls") == Calls);
            Number(rows[0], "extraRequests").ShouldBe(0);
            rows.Skip(1).ShouldAllBe(row => Number(row, "extraRequests") > 0);
            Number(rows[3], "failed").ShouldBe(0);
            Number(rows[3], "resets").ShouldBe(0);
            rows.Skip(1).Take(2).ShouldAllBe(row => Number(row, "resets") > 0);
        }
    }

    [Theory]
    [InlineData("micro tail --slow-percent 101", "--slow-percent: '101' is not a number from 0 to 100.")]
    [InlineData("micro overhead --rounds 0", "--rounds: '0' is not a whole number from 1 to 100000.")]
    [InlineData("micro overhead --protocol h2", "--protocol: h2 ")]
    [InlineData("micro linger --protocol h2", "--protocol: h2 ")]
    [InlineData("micro linger --connections many", "--connections: 'many' is not a whole number from 1 to 28000.")]
    [InlineData("micro linger --json /no/such/folder/file", "--json: '/no/such/folder/file' cannot be written")]
    [InlineData("micro cancel --cancels 101", "--cancels: '101' is not a whole number from 1 to 100.")]
    [InlineData("micro cancel --json /no/such/folder/file", "--json: '/no/such/folder/file' cannot be written")]
    [InlineData("micro storm --seconds 0", "--seconds: '0' is not a number from 0.5 to 3600.")]
    [InlineData("micro storm --protocol http", "Unrecognized command or argument '--protocol'.")]
    [InlineData("micro bench --filter nothing", "--filter: 'nothing' matches no benchmark")]
    [InlineData("micro", "Required command was not provided.")]
    public async Task Micro_BadOption_ExitsWithOneClearError(string arguments, string error)
    {
        (int exitCode, string output, string errors) = await BenchmarkTool.RunAsync(arguments.Split(' '));

        exitCode.ShouldBe(1, errors);
        output.ShouldBeEmpty();
        errors.ShouldStartWith($"error: {error}");
        errors.TrimEnd().Split('\n').Length.ShouldBe(1, errors);
    }

    private async Task<JsonElement[]> MeasureAsync(params string[] arguments)
    {
        (int exitCode, string output, string errors) = await BenchmarkTool.RunAsync(["micro", .. arguments, "--json", _json]);

        exitCode.ShouldBe(0, errors);
        output.ShouldContain(RuntimeInformation.FrameworkDescription);
        using JsonDocument document = JsonDocument.Parse(await File.ReadAllTextAsync(_json));
        return [.. document.RootElement.GetProperty("rows").Clone().EnumerateArray()];
    }

    private static string Text(JsonElement row, string property) => row.GetProperty(property).GetString()!;

    private static double Number(JsonElement row, string property) => row.GetProperty(property).GetDouble();
}
