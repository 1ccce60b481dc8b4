using System.Net;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Peers;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.WireTests.Samples;

/// <summary>The service of the sample, called by many at once and stopped by Ctrl+C while they call.</summary>
public sealed class ServiceTests : IDisposable
{
    private const int Callers = 8;
    private readonly HttpClient _client = new();
    private int _late;

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task Service_InterruptedUnderLoad_EndsWithoutReset()
    {
        (long resets, string output) = await InterruptUnderLoadAsync("GracefulHttp__Strategy=Drain", _ => true);

        resets.ShouldBe(0, output);
        output.ShouldContain($"Metric Name: {GracefulHttpTelemetry.ConnectionsClosed}");
        output.ShouldContain($"{GracefulHttpTelemetry.Outcome}: closed");
    }

    [Fact]
    public async Task Service_InterruptedUnderLoadWithoutGracefulHttp_ResetsConnections()
    {
        // On a busy machine the first calls may be over before they were connected.
        (long resets, string output) = await InterruptUnderLoadAsync("GracefulHttp__Enabled=false", recorder => recorder.ResetsFromClient > 0);

        resets.ShouldBePositive(output);
    }

    [Fact]
    public async Task Service_InvalidConfiguration_SaysSoAndDoesNotStart()
    {
        (int exitCode, string output) = await Shell.TryAsync(Repository.Root, "env", "GracefulHttp__DrainTimeout=-00:00:01", "dotnet", Sample.PathOf("Service"));

        exitCode.ShouldNotBe(0);
        output.ShouldContain("DrainTimeout is -00:00:01;");
    }

    private async Task<(long Resets, string Output)> InterruptUnderLoadAsync(string setting, Func<SegmentRecorder, bool> isUnderLoad)
    {
        Assert.SkipUnless(SegmentRecorder.IsAvailable(out string whyNot), whyNot);

        // A shell in the background has its children ignore the signal; env undoes that.
        await using ToolProcess service = ToolProcess.Start(
            "env", "--default-signal=INT", "ASPNETCORE_URLS=http://127.0.0.1:0", setting, "dotnet", Sample.PathOf("Service"));
        Uri backend = await AddressAsync(service, "Calling the backend at ");
        Uri address = await AddressAsync(service, "Now listening on: ");
        await using SegmentRecorder recorder = SegmentRecorder.Start(backend.Port);
        var late = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        Task callers = Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => CallUntilItIsGoneAsync(new Uri(address, "/price/apple"), late)));
        await late.Task.WithinAsync();
        await recorder.WaitForAsync(isUnderLoad);
        await service.SignalAsync("INT");

        (await service.WaitForExitAsync()).ShouldBe(0, service.ToString());
        await callers.WithinAsync();
        await recorder.SettleAsync();
        return (recorder.ResetsFromClient, service.ToString());
    }

    private static async Task<Uri> AddressAsync(ToolProcess service, string label)
    {
        string line = await service.WaitForLineAsync(line => line.Contains(label, StringComparison.Ordinal));
        return new Uri(line[(line.IndexOf(label, StringComparison.Ordinal) + label.Length)..]);
    }

    /// <summary>Calls, and calls again. Tells when enough of the calls have come too late.</summary>
    private async Task CallUntilItIsGoneAsync(Uri price, TaskCompletionSource late)
    {
        try
        {
            while (true)
            {
                using HttpResponseMessage response = await _client.GetAsync(price);
                response.StatusCode.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.GatewayTimeout);
                if (response.StatusCode == HttpStatusCode.GatewayTimeout && Interlocked.Increment(ref _late) == 2 * Callers)
                {
                    late.SetResult();
                }
            }
        }
        catch (HttpRequestException)
        {
            // Nobody listens any more.
        }
    }
}
