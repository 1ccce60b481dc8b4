using System.Security.Cryptography.X509Certificates;
using GracefulHttp.Benchmarks.Micro;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Chain;

/// <summary>Measures the rows, one after the other, in this process: so all clocks are one.</summary>
internal sealed class ChainRun(ChainSettings settings, Action<string> progress)
{
    /// <summary>It tells a hang, it measures nothing.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    public async Task RunAsync(List<ChainRow> rows, CancellationToken interrupted)
    {
        using X509Certificate2 certificate = SelfSignedCertificate.Create();
        foreach (ChainClient client in Enum.GetValues<ChainClient>())
        {
            progress($"{client.Title()}: {settings.Calls} calls");
            rows.Add(await MeasureAsync(client, certificate, interrupted));
        }
    }

    private async Task<ChainRow> MeasureAsync(ChainClient client, X509Certificate2 certificate, CancellationToken interrupted)
    {
        var calls = new ChainCalls();
        var services = new List<ChainService>();
        using HttpClient servicesClient = client.ForServices(settings);
        using HttpClient caller = client.ForCaller(settings);
        try
        {
            Uri? first = null;
            for (int number = ChainSettings.Services - 1; number >= 0; number--)
            {
                var service = new ChainService(number, settings, calls, servicesClient, first);
                services.Add(service);
                first = await service.StartAsync(certificate);
            }

            await caller.GetStringAsync(new Uri(first!, ChainService.WarmUp), interrupted);
            return ChainRow.Of(client, await LeaveAsync(caller, first!, calls, interrupted));
        }
        finally
        {
            foreach (ChainService service in services)
            {
                await service.DisposeAsync();
            }
        }
    }

    /// <summary>One caller after the other leaves, as soon as its call has come to the last service; then all of them are waited for.</summary>
    private async Task<IReadOnlyList<ChainCall>> LeaveAsync(HttpClient caller, Uri first, ChainCalls calls, CancellationToken interrupted)
    {
        var left = new List<ChainCall>();
        for (int i = 0; i < settings.Calls; i++)
        {
            (string path, ChainCall call) = calls.Add();
            using var leaving = new CancellationTokenSource();
            Task<string> answer = caller.GetStringAsync(new Uri(first, path), leaving.Token);
            await WithinAsync(Task.WhenAny(call.Reached.Task, answer), LongestWait, interrupted);
            if (answer.IsCompleted)
            {
                await answer;
                throw new MicroFailedException($"A call was answered before its caller could leave: --work-ms {settings.Work.TotalMilliseconds:0} is too short.");
            }

            call.Left();
            await leaving.CancelAsync();
            await answer.ContinueWith(static _ => { }, TaskScheduler.Default);
            left.Add(call);
        }

        await WithinAsync(Task.WhenAll(left.Select(call => call.Ended.Task)), settings.Work + LongestWait, interrupted);
        return left;
    }

    private static async Task WithinAsync(Task task, TimeSpan limit, CancellationToken interrupted)
    {
        try
        {
            await task.WaitAsync(limit, TimeProvider.System, interrupted);
        }
        catch (TimeoutException)
        {
            throw new MicroFailedException($"The services did not come to an end within {limit.TotalSeconds:0} s.");
        }
    }
}
