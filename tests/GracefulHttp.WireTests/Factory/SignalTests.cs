using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using GracefulHttp.TestKit;
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
        using Process process = await StartUnderLoadAsync(scheme, "graceful");

        await SignalAsync(process, signal);
        await Recorder.WaitForAsync(static recorder => recorder.FinsFromClient >= Calls);
        Held.Release();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WithinAsync();

        process.ExitCode.ShouldBe(0);
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
        using Process process = await StartUnderLoadAsync(scheme, "plain");

        await SignalAsync(process, signal);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WithinAsync();
        Held.Release();

        // Over TLS also the idle connection: the server answers its FIN with close_notify, and nobody is left to take it.
        await Recorder.WaitForAsync(recorder => recorder.ConnectionsResetByClient >= resets);
    }

    private static async Task SignalAsync(Process process, string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken).WithinAsync();
        kill.ExitCode.ShouldBe(0);
    }

    private async Task<Process> StartUnderLoadAsync(Scheme scheme, string make)
    {
        int arrived = 0;
        int idle = 0;
        var allArrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Func<FinBlindExchange, Task> held = Phase.Headers.HeldScript(Held);
        Serve(scheme, exchange =>
        {
            if (Interlocked.Increment(ref arrived) == Calls)
            {
                allArrived.SetResult();
            }

            return held(exchange);
        });
        Process process = Process.Start(
            "dotnet",
            [Service, Server.BaseAddress.ToString(), Calls.ToString(CultureInfo.InvariantCulture), make, TestCertificate.Instance.GetCertHashString()]);
        await allArrived.Task.WithinAsync();
        while (Server.RequestsReceived < Calls + 2 && idle++ < 1000)
        {
            await Recorder.SettleAsync();
        }

        await Recorder.SettleAsync();
        return process;
    }
}
