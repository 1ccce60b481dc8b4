using System.Diagnostics;
using System.Text.Json;
using GracefulHttp.TestKit;

namespace GracefulHttp.WireTests.Benchmarks;

/// <summary><c>serve</c> on one host and <c>run</c> on another: each sees only what comes in, and together they see everything.</summary>
[Collection(nameof(Alone))]
public sealed class RunTests : IDisposable
{
    private readonly string _json = Path.GetTempFileName();

    public void Dispose() => File.Delete(_json);

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task Run_ServeOnAnotherHost_HasTheServersCountsInTheSameTable(string protocol)
    {
        await using TwoHosts hosts = await TwoHosts.CreateAsync();
        using Process server = BenchmarkTool.Start(hosts.OnServer, "serve", "--server", "blind", "--protocol", protocol, "--address", TwoHosts.ServerAddress);
        try
        {
            string url = (await server.StandardOutput.ReadLineAsync().WithinAsync()).ShouldNotBeNull();
            url.ShouldStartWith($"{protocol}://{TwoHosts.ServerAddress}:");

            (int exitCode, string output, string errors) = await BenchmarkTool.RunInAsync(
                hosts.OnClient, "run", "--target", url, "--phase", "headers", "--rounds", "1", "--seconds", "0.5", "--workers", "8", "--json", _json);

            exitCode.ShouldBe(0, errors);
            output.ShouldContain("RSTs counted one by one on raw sockets where they arrive");
            using JsonDocument document = JsonDocument.Parse(await File.ReadAllTextAsync(_json));
            foreach (JsonElement row in document.RootElement.GetProperty("rows").EnumerateArray())
            {
                row.GetProperty("oraclesAgree").GetBoolean().ShouldBeTrue(row.ToString());
                row.GetProperty("resetsFromServer").GetInt64().ShouldBe(0, row.ToString());
                row.GetProperty("serverCompletedAbandoned").GetInt64().ShouldBeGreaterThan(0, row.ToString());
                long resets = row.GetProperty("resetsFromClient").GetInt64();
                (resets > 0).ShouldBe(row.GetProperty("strategy").GetString() == "abort", row.ToString());
            }
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync().WithinAsync();
        }
    }

    [Fact]
    public async Task Run_ServerThatDoesNotTell_IsRefusedInOneLine()
    {
        (int exitCode, _, string errors) = await BenchmarkTool.RunAsync("run", "--target", "http://127.0.0.1:1/");

        exitCode.ShouldBe(1);
        errors.ShouldContain("http://127.0.0.1:1/?counts cannot be read");
    }

    [Theory]
    [InlineData("run", "run needs --target: the URL that 'serve' printed on the other host.")]
    [InlineData("serve --address here", "--address: 'here' is not an IP address.")]
    public async Task Run_BadOption_ExitsWithOneClearError(string arguments, string error)
    {
        (int exitCode, string output, string errors) = await BenchmarkTool.RunAsync(arguments.Split(' '));

        exitCode.ShouldBe(1, errors);
        output.ShouldBeEmpty();
        errors.ShouldStartWith($"error: {error}");
    }
}
