namespace GracefulHttp.Tests.Models;

/// <summary>What the ladder makes of HTTP/1.1 requests without content, over a handler that tells nothing but its answers.</summary>
internal sealed class LadderModel(GracefulHttpOptions options)
{
    private TimeSpan _now;

    public List<Request> Requests { get; } = [];

    public int Drains => Requests.Count(static request => request.DrainsUntil is not null);

    public void Send(AbandonStrategy strategy) => Requests.Add(new Request { Strategy = strategy });

    public void Answer(Request request, long? length)
    {
        request.IsAnswered = true;
        request.Remainder = length ?? 0;
        Bound(request);
    }

    public void Give(Request request, int count)
    {
        request.Pieces++;
        request.Remainder = Math.Max(0, request.Remainder - count);
        request.Discarded += request.DrainsUntil is null ? 0 : count;
        Bound(request);
    }

    public static void End(Request request, bool fails)
    {
        if (request.DrainsUntil is null)
        {
            request.Caller = fails ? "failed" : "answered";
        }
        else
        {
            Finish(request, fails ? "failed" : "drained");
        }
    }

    public void Cancel(Request request)
    {
        request.Caller = "left";
        switch (request.Strategy)
        {
            case AbandonStrategy.Abort:
                Finish(request, "aborted");
                break;
            case AbandonStrategy.Close:
                Finish(request, "closed");
                break;
            default:
                if (request.Remainder > options.MaxDrainSize)
                {
                    Finish(request, "drain_size");
                }
                else if (Drains == options.MaxConcurrentDrains)
                {
                    Finish(request, "drain_refused");
                }
                else
                {
                    request.DrainsUntil = _now + options.DrainTimeout;
                }

                break;
        }
    }

    public void Wait(TimeSpan time)
    {
        _now += time;
        foreach (Request request in Requests.Where(request => request.DrainsUntil <= _now))
        {
            Finish(request, "drain_timeout");
        }
    }

    /// <summary>With requests of its own.</summary>
    public LadderModel Copy()
    {
        var copy = new LadderModel(options) { _now = _now };
        copy.Requests.AddRange(Requests.Select(static request => request with { }));
        return copy;
    }

    private static void Finish(Request request, string outcome)
    {
        request.DrainsUntil = null;
        request.Outcome = outcome;
    }

    private void Bound(Request request)
    {
        if (request.DrainsUntil is not null && request.Discarded + request.Remainder > options.MaxDrainSize)
        {
            Finish(request, "drain_size");
        }
    }

    internal sealed record Request
    {
        public AbandonStrategy Strategy { get; init; }

        public bool IsAnswered { get; set; }

        /// <summary>How its caller fared: waiting, answered, failed, left.</summary>
        public string Caller { get; set; } = "waiting";

        /// <summary>How it ended after its caller had left; null where that did not, or not yet.</summary>
        public string? Outcome { get; set; }

        public TimeSpan? DrainsUntil { get; set; }

        public long Remainder { get; set; }

        public long Discarded { get; set; }

        public int Pieces { get; set; }

        /// <summary>Whether somebody reads its body, or will.</summary>
        public bool IsOpen => Outcome is null && Caller is "waiting" or "left";
    }
}
