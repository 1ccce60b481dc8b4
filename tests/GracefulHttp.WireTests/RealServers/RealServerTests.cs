using System.Reflection;
using System.Text.Json;

namespace GracefulHttp.WireTests.RealServers;

/// <summary>
/// Servers that others have written, each with its client on a host of its own, so that the RSTs that leave the client's host are the
/// client's. The program that is run here also writes the table in benchmarks/results.
/// </summary>
public sealed class RealServerTests
{
    private const int CannotRunHere = 2;

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

        // Nothing shows for nothing: in each phase callers did leave, and each strategy's connections ended.
        foreach (string strategy in new[] { "Plain", "Drain", "Close" })
        {
            cells.Where(cell => cell.Strategy == strategy && cell.Abandoned > 0).Select(cell => cell.Phase).Distinct().ShouldBe(AbandonedPhases, output);
            cells.Where(cell => cell.Strategy == strategy && cell.Phase == "IdleClose").ShouldAllBe(cell => cell.Connections > 0, output);
        }
    }

    private sealed record Cell(string Endpoint, string Phase, string Strategy, int Abandoned, long ClientResets, long ServerResets, long Connections);
}
