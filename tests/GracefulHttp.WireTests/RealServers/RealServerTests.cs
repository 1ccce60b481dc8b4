using System.Reflection;
using System.Text.Json;

namespace GracefulHttp.WireTests.RealServers;

/// <summary>
/// Servers that others have written, each with its client on a host of its own, so that the RSTs that leave the client's host are the
/// client's. The program that is run here also writes the table in benchmarks/results.
/// </summary>
public sealed class RealServerTests
{
    private const int NoSuchServer = 1;
    private const int CannotRunHere = 2;

    // Closes https connections on our FIN without a read, so that our close_notify is left unread.
    private const string ResetsItself = "nginx";

    // And so leaves nothing to reuse.
    private const string ClosesAfterEachAnswer = "OpenSSL s_server";

    private static readonly string Program =
        typeof(RealServerTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "RealServers").Value!;

    private static readonly string[] AbandonedPhases = ["Headers", "Body", "Upload"];

    [Theory]
    [InlineData("nginx")]
    [InlineData("Apache httpd")]
    [InlineData("HAProxy")]
    [InlineData("Node")]
    [InlineData("Python")]
    [InlineData("OpenSSL s_server")]
    [InlineData("Go")]
    public async Task Server_RequestsAbandonedAndConnectionsClosed_OnlyThePlainClientResets(string server)
    {
        (int exitCode, string output) = await Shell.TryAsync(Repository.Root, "dotnet", Program, server);
        Assert.SkipWhen(exitCode == CannotRunHere, output);
        exitCode.ShouldBe(0, output);

        Cell[] cells = JsonSerializer.Deserialize<Cell[]>(output)!;
        cells.Where(cell => cell.Strategy != "Plain").ShouldAllBe(cell => cell.ClientResets == 0, output);
        cells.Where(cell => cell.Strategy == "Plain").Sum(cell => cell.ClientResets).ShouldBePositive(output);

        // Only a close_notify can be what a server leaves unread. Others do so as well where they close at the wrong moment.
        Cell[] resetByServer = [.. cells.Where(cell => cell.ServerResets > 0)];
        resetByServer.ShouldAllBe(cell => cell.Strategy != "Plain" && cell.Endpoint.EndsWith("https"), output);
        if (server == ResetsItself)
        {
            resetByServer.ShouldNotBeEmpty(output);
        }

        // What was drained served the calls that followed; a drain that is but a close opens as many connections as the plain client.
        if (server != ClosesAfterEachAnswer)
        {
            cells.Where(cell => cell.Phase is "Headers" or "Body" && !cell.Endpoint.EndsWith("HTTP/2")).GroupBy(cell => (cell.Endpoint, cell.Phase))
                .ShouldAllBe(cell => Connections(cell, "Drain") < Connections(cell, "Plain"), output);
        }

        // Nothing shows for nothing: in each phase of each endpoint callers did leave, whatever the strategy, and connections ended.
        foreach (IGrouping<string, Cell> endpoint in cells.GroupBy(cell => cell.Endpoint))
        {
            foreach (string strategy in new[] { "Plain", "Drain", "Close" })
            {
                endpoint.Where(cell => cell.Strategy == strategy && cell.Abandoned > 0).Select(cell => cell.Phase)
                    .ShouldBe(AbandonedPhases.Where(phase => !IsRefused(server, endpoint.Key, phase)), output);
            }
        }

        cells.ShouldAllBe(cell => cell.Connections > 0, output);
    }

    [Fact]
    public async Task Program_UnknownServer_NamesTheKnownOnes()
    {
        (int exitCode, string output) = await Shell.TryAsync(Repository.Root, "dotnet", Program, "nosuch");

        exitCode.ShouldBe(NoSuchServer, output);
        output.ShouldContain("nosuch");
        output.ShouldContain("nginx");
    }

    private static long Connections(IEnumerable<Cell> cells, string strategy) => cells.Single(cell => cell.Strategy == strategy).Connections;

    /// <summary>Whether the server refuses before anybody can leave.</summary>
    private static bool IsRefused(string server, string endpoint, string phase) =>
        (server, endpoint, phase) is ("nginx", "static, https, HTTP/2", "Upload");

    private sealed record Cell(string Endpoint, string Phase, string Strategy, int Abandoned, long ClientResets, long ServerResets, long Connections);
}
