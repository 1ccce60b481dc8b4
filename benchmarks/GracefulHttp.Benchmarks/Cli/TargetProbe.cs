using System.Diagnostics;
using System.Net;
using GracefulHttp.Benchmarks.Compare;

namespace GracefulHttp.Benchmarks.Cli;

/// <summary>Tries a user's server before minutes are spent on it.</summary>
internal static class TargetProbe
{
    /// <returns>One sentence, or null when the server answers quickly where it should and late where it should.</returns>
    public static async Task<string?> WhyNotUsableAsync(CompareSettings settings, CancellationToken interrupted)
    {
        if (settings.IsServed && await TargetRoute.FindAsync(settings.Target!) is { IsIPv4: false })
        {
            // The raw sockets of both hosts would see none of it, and call that exact.
            return $"--target: {settings.Target} is reached over IPv6, and two hosts count segments over IPv4 only. Give 'serve' an IPv4 --address.";
        }

        foreach (Cell cell in settings.Cells)
        {
            if (settings.IsServed)
            {
                using var served = new ServedServer(settings, cell.Protocol);
                await served.ReadAsync();
            }

            RowTarget target = RowTarget.Users(settings.Target!, settings.SlowUrl, cell, settings.SlowDelay);
            using var client = new ComparedClient(CompareStrategy.Abort, cell.Protocol, settings.ClientTimes);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
            limit.CancelAfter(settings.ClientTimes.Request);
            try
            {
                using HttpResponseMessage fast = await client.Http.GetAsync(target.Fast, limit.Token);
                if (fast.StatusCode != HttpStatusCode.OK)
                {
                    return $"--target: {target.Fast} answered {(int)fast.StatusCode} instead of 200.";
                }

                if (cell.Phase is RequestPhase.Upload or RequestPhase.IdleClose)
                {
                    continue; // Nothing of it has to be late.
                }

                long start = Stopwatch.GetTimestamp();
                using HttpResponseMessage slow = await client.Http.GetAsync(target.Slow, limit.Token);
                TimeSpan took = Stopwatch.GetElapsedTime(start);
                if (took < settings.Timeout)
                {
                    string option = settings.SlowUrl is null ? "--target" : "--slow-url";
                    string advice = settings.SlowUrl is null ? " Does the backend know ?delay=? Otherwise give --slow-url." : "";
                    return FormattableString.Invariant(
                        $"{option}: {target.Slow} answered within {took.TotalMilliseconds:0.0} ms, so nothing would be abandoned after --timeout-ms {settings.Timeout.TotalMilliseconds:0}.{advice}");
                }
            }
            catch (OperationCanceledException) when (!interrupted.IsCancellationRequested)
            {
                return FormattableString.Invariant($"--target: {settings.Target} did not answer within {settings.ClientTimes.Request.TotalSeconds:0.#} s.");
            }
            catch (HttpRequestException e)
            {
                return $"--target: {settings.Target} cannot be reached over {cell.Protocol.Name()}: {PrintableText.Escape(e.Message)}";
            }
        }

        return null;
    }
}
