using System.Globalization;
using System.Reflection;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Peers;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.WireTests.Factory;

/// <summary>A service as a process of its own, told to stop with calls in flight: what its kernel sends when it is gone counts too.</summary>
public sealed class SignalTests : FactoryTest
{
    private const int Calls = 8;

    private static readonly string Service =
        typeof(SignalTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static metadata => metadata.Key == "TestService").Value!;

    [Theory]
    [InlineData("INT", Scheme.Http)]
    [InlineData("INT", Scheme.HttpsTls13)]
    [InlineData("TERM", Scheme.HttpsTls12)]
    public async Task Signal_UnderLoad_LeavesNoReset(string signal, Scheme scheme)
    {
        await using ToolProcess process = await StartUnderLoadAsync(scheme, "graceful");

        await process.SignalAsync(signal);
        await Recorder.WaitForAsync(static recorder => recorder.FinsFromClient >= Calls);
        Held.Release();
        (await process.WaitForExitAsync()).ShouldBe(0);

        foreach (FinBlindConnection connection in Server.Connections)
        {
            (await connection.Ended.WithinAsync()).ShouldBe(scheme.PeacefulEnding());
        }

        await Recorder.SettleAsync();
        Recorder.ResetsFromClient.ShouldBe(0);
        Recorder.FinsFromClient.ShouldBe(Recorder.ConnectionsOpened);
    }

    [Theory]
    [InlineData("INT", Scheme.Http, Calls)]
    [InlineData("INT", Scheme.HttpsTls13, Calls + 1)]
    public async Task Signal_UnderLoadWithPlainClients_LeavesResets(string signal, Scheme scheme, int resets)
    {
        await using ToolProcess process = await StartUnderLoadAsync(scheme, "plain");

        await process.SignalAsync(signal);
        (await process.WaitForExitAsync()).ShouldBe(0);
        Held.Release();

        // Over TLS also the idle connection: the server answers its FIN with close_notify, and nobody is left to take it.
        await Recorder.WaitForAsync(recorder => recorder.ConnectionsResetByClient >= resets);
    }

    private async Task<ToolProcess> StartUnderLoadAsync(Scheme scheme, string make)
    {
        Task allArrived = ServeCalls(scheme, Calls);
        var process = ToolProcess.Start(
            "dotnet", Service, Server.BaseAddress.ToString(), Calls.ToString(CultureInfo.InvariantCulture), make, TestCertificate.Instance.GetCertHashString());
        await allArrived.WithinAsync();
        await process.WaitForLineAsync(static line => line == "ready");
        await Recorder.SettleAsync();
        return process;
    }
}
