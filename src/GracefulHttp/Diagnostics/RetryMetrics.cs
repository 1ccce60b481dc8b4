using System.Diagnostics;
using System.Diagnostics.Metrics;
using GracefulHttp.Retry;

namespace GracefulHttp.Diagnostics;

/// <summary>The instruments of the retries. They cost a null check where nobody listens.</summary>
internal sealed class RetryMetrics
{
    private readonly Counter<long> _attempts;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _late;

    public RetryMetrics(IMeterFactory? meterFactory)
    {
        Meter meter = Meters.For(meterFactory);
        _attempts = meter.CreateCounter<long>(
            GracefulHttpTelemetry.RetryAttempts, "{attempt}", "Attempts that have ended, by number and outcome.");
        _refused = meter.CreateCounter<long>(
            GracefulHttpTelemetry.RetriesRefused, "{retry}", "Retries that were wanted and not made, because the budget was empty.");
        _late = meter.CreateCounter<long>(
            GracefulHttpTelemetry.LateAnswers, "{attempt}", "Answers that came after their attempt's time-out, and were used.");
    }

    public void Attempt(RetryAttempt attempt, AttemptOutcome outcome)
    {
        if (_attempts.Enabled)
        {
            TagList tags = Tags(attempt.Address, attempt.Method);
            tags.Add(GracefulHttpTelemetry.Outcome, outcome.ToTag());
            tags.Add(RuntimeTags.ResendCount, attempt.Number);
            _attempts.Add(1, tags);
        }
    }

    public void LateAnswer(RetryAttempt attempt)
    {
        if (_late.Enabled)
        {
            _late.Add(1, Tags(attempt.Address, attempt.Method));
        }
    }

    public void Refused(HttpRequestMessage message)
    {
        if (_refused.Enabled)
        {
            _refused.Add(1, Tags(message.RequestUri, message.Method));
        }
    }

    private static TagList Tags(Uri? address, HttpMethod method)
    {
        TagList tags = default;
        RuntimeTags.AddTo(ref tags, address, method);
        return tags;
    }
}
