using System.Diagnostics;
using GracefulHttp.Abandonment;

namespace GracefulHttp.Diagnostics;

/// <summary>
/// Tells of one abandoned request: log, metrics, trace. Never throws: what a listener throws is nobody's fault here, and reported.
/// </summary>
/// <remarks>What it tells is read when the request is abandoned: the message is its caller's again in a moment.</remarks>
internal sealed class AbandonReport
{
    private readonly Drainer _drainer;
    private readonly RequestScope _scope;
    private readonly Uri? _uri;
    private readonly HttpMethod _method;
    private readonly AbandonStrategy _strategy;
    private readonly long _abandonedAt;
    private bool _isDrain;
    private int _isCountedAsActive;
    private Activity? _activity;

    /// <param name="request">The request, abandoned.</param>
    /// <param name="body">Its body, where its headers had come.</param>
    public AbandonReport(SentRequest request, ReceivedBody? body)
    {
        _drainer = request.Drainer;
        _scope = request.Scope;
        _uri = request.Message.RequestUri;
        _method = request.Message.Method;
        _strategy = request.Strategy;
        _abandonedAt = _drainer.TimeProvider.GetTimestamp();
        Phase = body is not null ? AbandonPhase.ReadingBody : Ladder.PhaseBeforeHeaders(request.Message, _scope.Progress, _drainer.Inner);
        IsOnStream = body?.IsStream
            ?? (Phase != AbandonPhase.NotSent && Ladder.IsOnStream(request.Message, _scope.Progress, _drainer.Inner));
    }

    public AbandonPhase Phase { get; }

    /// <summary>Whether it has been sent, or may have been, on an HTTP/2 stream: what ends it early resets that.</summary>
    public bool IsOnStream { get; }

    public TagList Tags()
    {
        TagList tags = default;
        RuntimeTags.AddTo(ref tags, _uri, _method);
        return tags;
    }

    /// <summary>It may be answered without its caller: the runtime's own metric tells of that too.</summary>
    public void TagDuration(HttpRequestMessage message)
    {
        try
        {
            if (!_drainer.Inner.IsForeign)
            {
                RequestDurationTag.Attach(message);
            }
        }
        catch (Exception e)
        {
            _drainer.Report(e);
        }
    }

    /// <summary>A drain goes on, in its job: there no listener holds the canceller, and no activity of the caller's is current.</summary>
    public void DrainBegan()
    {
        _isDrain = true;
        try
        {
            _isCountedAsActive = _drainer.Metrics.DrainBegan(this) ? 1 : 0;
            _activity = Traces.StartDrain(_scope);
        }
        catch (Exception e)
        {
            _drainer.Report(e);
        }
    }

    /// <summary>The drain gives its place back, perhaps before the request has ended.</summary>
    public void DrainEnded()
    {
        try
        {
            if (Interlocked.Exchange(ref _isCountedAsActive, 0) != 0)
            {
                _drainer.Metrics.DrainEnded(this);
            }
        }
        catch (Exception e)
        {
            _drainer.Report(e);
        }
    }

    public void Ended(AbandonOutcome outcome, long discarded, Version? version, Exception? failure)
    {
        TimeSpan duration = _drainer.TimeProvider.GetElapsedTime(_abandonedAt);
        bool resetStream = outcome.IsHandedDown() && (version is null ? IsOnStream : version.Major >= 2);
        var end = new AbandonEnd(outcome, duration, discarded, _isDrain, version, Unsent, resetStream, failure);
        _drainer.LogEnded(_uri, _method, _strategy, Phase, end);
        try
        {
            _drainer.Metrics.Ended(this, end);
            Traces.End(_activity, this, end);
        }
        catch (Exception e)
        {
            _drainer.Report(e);
        }
    }

    /// <summary>Counted where it is known for good: what was refused, or would have been.</summary>
    private UnsentReason Unsent => Phase == AbandonPhase.NotSent ? UnsentReason.Queue : _scope.Unsent;
}
