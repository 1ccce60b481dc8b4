using System.Diagnostics.Metrics;
using GracefulHttp.Background;
using GracefulHttp.Diagnostics;
using GracefulHttp.Validation;
using Microsoft.Extensions.Logging;

namespace GracefulHttp.Retry;

/// <summary>What all retry handlers of one client share: a budget that grew with each rotation of a factory's handlers would be none.</summary>
internal sealed class RetryState
{
    private readonly RetryMetrics _metrics;
    private readonly ILogger _logger;
    private volatile RetryPipelines? _pipelines;

    /// <param name="options">A copy of what the user has given, validated.</param>
    /// <param name="loggerFactory">Where retries are logged.</param>
    /// <param name="meterFactory">What makes the meter.</param>
    /// <param name="timeProvider">The clock of time-outs, delays and budgets.</param>
    public RetryState(GracefulRetryOptions options, ILoggerFactory? loggerFactory, IMeterFactory? meterFactory, TimeProvider timeProvider)
    {
        Options = new CurrentOptions<GracefulRetryOptions>(options);
        TimeProvider = timeProvider;
        Budgets = new RetryBudgets(Options, timeProvider);
        _logger = QuietLogger.Create(loggerFactory);
        _metrics = new RetryMetrics(meterFactory);
        Work = new BackgroundWork(_logger);
    }

    public CurrentOptions<GracefulRetryOptions> Options { get; }

    public TimeProvider TimeProvider { get; }

    public RetryBudgets Budgets { get; }

    /// <summary>The attempts that have lost and have not ended yet.</summary>
    public BackgroundWork Work { get; }

    /// <summary>Those of the options as they are now.</summary>
    public RetryPipelines Pipelines
    {
        get
        {
            GracefulRetryOptions options = Options.Value;
            RetryPipelines? pipelines = _pipelines;
            return ReferenceEquals(pipelines?.Options, options) ? pipelines! : _pipelines = new RetryPipelines(options, TimeProvider);
        }
    }

    public void Record(RetryAttempt attempt, AttemptOutcome outcome)
    {
        // An exception that comes late ends the call too, and is no answer.
        bool isLateAnswer = outcome == AttemptOutcome.AnsweredLate && attempt.Outcome.Exception is null;
        try
        {
            _metrics.Attempt(attempt, outcome);
            if (isLateAnswer)
            {
                _metrics.LateAnswer(attempt);
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A listener's: it concerns no request.
            Work.Report(e);
        }

        if (isLateAnswer)
        {
            Log.LateAnswer(_logger, attempt.Number);
        }
    }

    public void RecordRetry(int attempt, TimeSpan delay, string why) => Log.Retry(_logger, attempt, why, delay);

    public void RecordRefusal(HttpRequestMessage request, int attempt)
    {
        try
        {
            _metrics.Refused(request);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Work.Report(e);
        }

        Log.RetryRefused(_logger, attempt);
    }
}
