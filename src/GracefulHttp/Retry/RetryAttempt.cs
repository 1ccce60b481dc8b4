using GracefulHttp.Background;
using Polly;

namespace GracefulHttp.Retry;

/// <summary>One sending of a request, with a message and a token of its own.</summary>
/// <param name="number">From 0.</param>
/// <param name="message">Nobody else's.</param>
internal sealed class RetryAttempt(int number, HttpRequestMessage message)
{
    private readonly CancellationTokenSource _abandoned = new();

    public int Number => number;

    public HttpRequestMessage Message => message;

    /// <summary>Where it was sent to: a redirect changes the message, and the origin whose budget counts is the first one.</summary>
    public Uri? Address { get; } = message.RequestUri;

    /// <inheritdoc cref="Address"/>
    public HttpMethod Method { get; } = message.Method;

    /// <summary>What ends the request below us.</summary>
    public CancellationToken Token => _abandoned.Token;

    /// <summary>Completes when the attempt has ended, and what came of it was taken care of. Does not fail.</summary>
    public Task Ended { get; set; } = Task.CompletedTask;

    /// <summary>What came of it.</summary>
    public Outcome<HttpResponseMessage> Outcome { get; set; }

    /// <summary>Whether <see cref="Outcome"/> is not worth showing to the caller while another attempt may do better.</summary>
    public bool IsTransient { get; set; }

    /// <summary>Whether its time-out has passed and the next attempt may have begun.</summary>
    public bool IsLate { get; set; }

    /// <summary>Whether it ended when nobody waited for it any more. Then its response has been disposed.</summary>
    public bool IsLost { get; set; }

    /// <summary>Whether it was left because of a time-out: the total one, or its own where that is hard.</summary>
    public bool HasTimedOut { get; set; }

    /// <summary>Whether nobody waits for it any more.</summary>
    public bool IsAbandoned => _abandoned.IsCancellationRequested;

    /// <summary>Nobody waits for it any more. A handler below that ignores this is not waited for here.</summary>
    /// <param name="work">What is told of what registrations of handlers below throw.</param>
    public void Abandon(BackgroundWork work)
    {
        try
        {
            _abandoned.Cancel();
        }
        catch (AggregateException e)
        {
            work.Report(e);
        }
    }
}
