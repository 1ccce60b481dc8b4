using System.Diagnostics.Metrics;
using System.Net.Http.Metrics;
using GracefulHttp.Abandonment;

namespace GracefulHttp.Diagnostics;

/// <summary>
/// The runtime's own <c>http.client.request.duration</c> would tell of a request that is let run without its caller as of a slow
/// success. It is tagged as what its caller has seen.
/// </summary>
/// <remarks>
/// The runtime asks for such tags when the headers come, once, and takes the question out of the message's options then. So it is
/// put there when the request is abandoned, while the message is still ours, and only where somebody listens: any other request
/// pays nothing.
/// </remarks>
internal static class RequestDurationTag
{
    // What the runtime says of a request whose caller has left, and what alerts look for.
    private const string ErrorType = "System.Threading.Tasks.TaskCanceledException";

    // A factory has an instrument of its own. Weak, for they end with their factories, and nobody tells.
    private static WeakReference<Instrument>[] _durations = [];

    // Hears of instruments, and listens to none.
    private static readonly MeterListener Listener = Listen();

    private static bool IsListenedTo
    {
        get
        {
            foreach (WeakReference<Instrument> duration in Volatile.Read(ref _durations))
            {
                if (duration.TryGetTarget(out Instrument? instrument) && instrument.Enabled)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>From here on it is known who listens.</summary>
    public static void Begin() => GC.KeepAlive(Listener);

    /// <summary>Called inside the caller's <c>Cancel()</c>, before it is let go.</summary>
    public static void Attach(HttpRequestMessage message)
    {
        if (IsListenedTo)
        {
            HttpMetricsEnrichmentContext.AddCallback(message, Tag);
        }
    }

    /// <remarks>A message that is sent again may still have this in its options; so it asks whose the request is.</remarks>
    private static void Tag(HttpMetricsEnrichmentContext context)
    {
        if (RequestScope.Current is not { IsAbandoned: true } scope || !scope.TryTag())
        {
            return;
        }

        context.AddCustomTag(GracefulHttpTelemetry.Outcome, GracefulHttpTelemetry.Abandoned);
        if (context.Exception is null && (int)context.Response!.StatusCode is < 400 or > 599)
        {
            context.AddCustomTag(RuntimeTags.ErrorType, ErrorType);
        }
    }

    private static MeterListener Listen()
    {
        var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, _) =>
            {
                if (instrument is { Name: "http.client.request.duration", Meter.Name: "System.Net.Http" })
                {
                    Add(instrument);
                }
            },
        };
        listener.Start();
        return listener;
    }

    private static void Add(Instrument instrument)
    {
        WeakReference<Instrument>[] before;
        WeakReference<Instrument>[] after;
        do
        {
            before = Volatile.Read(ref _durations);
            after = [.. before.Where(static known => known.TryGetTarget(out _)), new WeakReference<Instrument>(instrument)];
        }
        while (Interlocked.CompareExchange(ref _durations, after, before) != before);
    }
}
