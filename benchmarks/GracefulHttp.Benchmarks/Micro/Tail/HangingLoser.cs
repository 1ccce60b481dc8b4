using System.Diagnostics;
using GracefulHttp.Benchmarks.Peer;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Micro.Tail;

/// <summary>
/// Calls whose first attempt hangs, and that a hedge answers, beside calls whose first attempt is nothing at all: whether the winner
/// waits for its loser.
/// </summary>
/// <param name="Calls">Of each kind, in turn.</param>
/// <param name="WithMs">The median with a loser that hangs.</param>
/// <param name="WithoutMs">The median without.</param>
/// <param name="Ratio">The median of the ratios of neighbours.</param>
internal sealed record HangingLoser(int Calls, double WithMs, double WithoutMs, double Ratio)
{
    private const int Pairs = 100;

    private static readonly TimeSpan HedgeDelay = TimeSpan.FromMilliseconds(10);

    public static async Task<HangingLoser> MeasureAsync(PeerProcess peer, CancellationToken interrupted)
    {
        int port = await peer.OpenAsync(ServerKind.Blind, WireProtocol.Http);
        var url = new Uri(FormattableString.Invariant($"http://127.0.0.1:{port}/"));
        using var graceful = new GracefulHttpHandler(new GracefulHttpOptions(), MeasuredSockets.Create());
        using HttpMessageInvoker with = Hedging(graceful, isSent: true);
        using HttpMessageInvoker without = Hedging(graceful, isSent: false);
        var pairs = new List<(double With, double Without)>();
        for (int i = 0; i < Pairs + 1; i++)
        {
            double hanging = await CallAsync(with, url, interrupted);
            pairs.Add((hanging, await CallAsync(without, url, interrupted)));
        }

        // The first of each has compiled and connected.
        pairs.RemoveAt(0);
        await peer.CloseAsync(port);
        return new HangingLoser(
            Pairs,
            Spread.Of(pairs.Select(pair => pair.With)).Median,
            Spread.Of(pairs.Select(pair => pair.Without)).Median,
            Spread.Of(pairs.Select(pair => pair.With / pair.Without)).Median);
    }

    /// <summary>What is below is shared, and disposed by who made it.</summary>
    private static HttpMessageInvoker Hedging(HttpMessageHandler shared, bool isSent) =>
        new(new PipelineHandler(TailClient.Hedging(HedgeDelay), new FirstHangs(shared, isSent)), disposeHandler: false);

    private static async Task<double> CallAsync(HttpMessageInvoker invoker, Uri url, CancellationToken interrupted)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        long start = Stopwatch.GetTimestamp();
        using HttpResponseMessage response = await invoker.SendAsync(request, interrupted);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>Every other request: sent, and never answered; or not sent, and just as long.</summary>
    private sealed class FirstHangs(HttpMessageHandler inner, bool isSent) : DelegatingHandler(inner)
    {
        private int _requests;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref _requests) % 2 == 0)
            {
                return await base.SendAsync(request, cancellationToken);
            }

            if (!isSent)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }

            request.RequestUri = new UriBuilder(request.RequestUri!) { Query = AnswerScript.HoldQuery }.Uri;
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
