using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
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

        (string output, JsonElement[] rows) = await MeasureAsync(hosts.OnServer, hosts.OnClient, protocol);

        output.ShouldContain("RSTs counted one by one on raw sockets where they arrive");
        foreach (JsonElement row in rows)
        {
            row.GetProperty("oraclesAgree").GetBoolean().ShouldBeTrue(row.ToString());
            row.GetProperty("resetsFromServer").GetInt64().ShouldBe(0, row.ToString());
            row.GetProperty("serverCompletedAbandoned").GetInt64().ShouldBeGreaterThan(0, row.ToString());
            (Resets(row, "resetsFromClient") > 0).ShouldBe(IsAbort(row), row.ToString());
        }
    }

    [Theory]
    [InlineData(true, false, "The client's RSTs counted one by one on a raw socket at the server's host")]
    [InlineData(false, true, "The server's RSTs counted one by one on a raw socket here")]
    [InlineData(false, false, "The client's RSTs counted by this host's kernel (OutRsts)")]
    public async Task Run_OneHostMayNotLook_SaysWhatWasCounted(bool serverMayLook, bool clientMayLook, string caption)
    {
        await using TwoHosts hosts = await TwoHosts.CreateAsync();

        (string output, JsonElement[] rows) = await MeasureAsync(
            [.. hosts.OnServer, .. Rights(serverMayLook)], [.. hosts.OnClient, .. Rights(clientMayLook)], "http");

        output.ReplaceLineEndings(" ").ShouldContain(caption);
        output.ShouldNotContain("are counted together");
        foreach (JsonElement row in rows)
        {
            // The host is the client's alone, so that its kernel's count is the client's.
            (Resets(row, "resetsSent") > 0).ShouldBe(IsAbort(row), row.ToString());
            Resets(row, "resetsFromClient").ShouldBe(serverMayLook ? Resets(row, "resetsSent") : null, row.ToString());
            Resets(row, "resetsFromServer").ShouldBe(clientMayLook ? 0 : null, row.ToString());
        }

        static string[] Rights(bool mayLook) => mayLook ? [] : BenchmarkTool.WithoutRawSockets;
    }

    [Fact]
    public async Task Compare_TargetOnAnotherHost_DoesNotSayThatItsResetsAreCounted()
    {
        await using TwoHosts hosts = await TwoHosts.CreateAsync();

        (string output, JsonElement[] rows) = await MeasureAsync(hosts.OnServer, hosts.OnClient, "http", command: "compare");

        output.ReplaceLineEndings(" ").ShouldContain("the server's, which its own host's kernel counts, are not known.");
        output.ShouldNotContain("counted together");
        foreach (JsonElement row in rows)
        {
            (Resets(row, "resetsSent") > 0).ShouldBe(IsAbort(row), row.ToString());
            Resets(row, "resetsFromServer").ShouldBeNull(row.ToString());
        }
    }

    [Fact]
    public async Task Run_ServeOverIPv6_IsRefusedInOneLine()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "There is no IPv6 here.");
        using Process server = BenchmarkTool.Start([], "serve", "--address", "::1");
        try
        {
            string url = (await server.StandardOutput.ReadLineAsync().WithinAsync()).ShouldNotBeNull();

            (int exitCode, string output, string errors) = await BenchmarkTool.RunAsync("run", "--target", url);

            exitCode.ShouldBe(1, errors);
            output.ShouldBeEmpty();
            errors.ShouldStartWith($"error: --target: {url} is reached over IPv6, and two hosts count segments over IPv4 only.");
            errors.TrimEnd().Split('\n').Length.ShouldBe(1, errors);
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

    [Fact]
    public async Task Run_Help_HasOnlyWhatItTakes()
    {
        (_, string run, _) = await BenchmarkTool.RunAsync("run", "--help");
        (_, string compare, _) = await BenchmarkTool.RunAsync("compare", "--help");

        foreach (string option in (string[])["--server ", "--rtt-ms ", "--bandwidth "])
        {
            run.ShouldNotContain(option);
            compare.ShouldContain(option);
        }

        run.ShouldContain("--workers ");
    }

    [Theory]
    [InlineData("run", "run needs --target: the URL that 'serve' printed on the other host.")]
    [InlineData("run --target http://127.0.0.1:1/ --server blind", "--server names an embedded server and does not go with --target.")]
    [InlineData("--full chain", "--full stands before chain, but options go after the command.")]
    [InlineData("serve --address here", "--address: 'here' is not an IP address.")]
    [InlineData("serve --protocol https,h2", "--protocol: 'https,h2' is not one of http, https, h2.")]
    [InlineData("serve --server kestrel --address 203.0.113.1", "--address: '203.0.113.1' cannot be listened on: ")]
    [InlineData("serve --server blind --address 203.0.113.1", "--address: '203.0.113.1' cannot be listened on: ")]
    public async Task Run_BadOption_ExitsWithOneClearError(string arguments, string error)
    {
        (int exitCode, string output, string errors) = await BenchmarkTool.RunAsync(arguments.Split(' '));

        exitCode.ShouldBe(1, errors);
        output.ShouldBeEmpty();
        errors.ShouldStartWith($"error: {error}");
        errors.TrimEnd().Split('\n').Length.ShouldBe(1, errors);
    }

    [Theory]
    [InlineData("blind")]
    [InlineData("kestrel")]
    public async Task Serve_PortIsTaken_SaysSoInOneLine(string server)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;

        (int exitCode, string output, string errors) = await BenchmarkTool.RunAsync("serve", "--server", server, "--port", $"{port}");

        exitCode.ShouldBe(1, errors);
        output.ShouldBeEmpty();
        errors.ShouldStartWith($"error: --port: '{port}' cannot be listened on: ");
        errors.TrimEnd().Split('\n').Length.ShouldBe(1, errors);
    }

    [Fact]
    public async Task Serve_OnEveryAddress_SaysThatTheUrlLeadsThereOnlyFromHere()
    {
        using Process server = BenchmarkTool.Start([], "serve", "--address", "0.0.0.0");
        try
        {
            (await server.StandardOutput.ReadLineAsync().WithinAsync()).ShouldNotBeNull().ShouldStartWith("http://0.0.0.0:");
            (await server.StandardError.ReadLineAsync().WithinAsync())
                .ShouldBe("0.0.0.0 is every address of this host: on another host, put one of them in its place.");
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync().WithinAsync();
        }
    }

    private static bool IsAbort(JsonElement row) => row.GetProperty("strategy").GetString() == "abort";

    private static long? Resets(JsonElement row, string property) =>
        row.GetProperty(property) is { ValueKind: JsonValueKind.Number } resets ? resets.GetInt64() : null;

    private async Task<(string Output, JsonElement[] Rows)> MeasureAsync(string[] onServer, string[] onClient, string protocol, string command = "run")
    {
        using Process server = BenchmarkTool.Start(onServer, "serve", "--server", "blind", "--protocol", protocol, "--address", TwoHosts.ServerAddress);
        try
        {
            string url = (await server.StandardOutput.ReadLineAsync().WithinAsync()).ShouldNotBeNull();
            url.ShouldStartWith($"{protocol}://{TwoHosts.ServerAddress}:");

            (int exitCode, string output, string errors) = await BenchmarkTool.RunInAsync(
                onClient, command, "--target", url, "--phase", "headers", "--rounds", "1", "--seconds", "0.5", "--workers", "8", "--json", _json);

            exitCode.ShouldBe(0, errors);
            using JsonDocument document = JsonDocument.Parse(await File.ReadAllTextAsync(_json));
            return (output, [.. document.RootElement.GetProperty("rows").Clone().EnumerateArray()]);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync().WithinAsync();
        }
    }
}
