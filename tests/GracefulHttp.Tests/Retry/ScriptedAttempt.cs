using System.Net;

namespace GracefulHttp.Tests.Retry;

/// <summary>An attempt as the handler below the retries sees it; the test answers.</summary>
internal sealed class ScriptedAttempt(HttpRequestMessage message, CancellationToken token)
{
    private readonly TaskCompletionSource<HttpResponseMessage> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public HttpRequestMessage Message => message;

    public CancellationToken Token => token;

    public Task<HttpResponseMessage> Sending => _answer.Task;

    /// <summary>Ends with its token, as with a <see cref="GracefulHttpHandler"/> below.</summary>
    public void EndWithToken() => token.Register(() => _answer.TrySetCanceled(token));

    public NotingResponse Answer(HttpStatusCode status = HttpStatusCode.OK, string? retryAfter = null)
    {
        var response = new NotingResponse(status) { RequestMessage = message };
        if (retryAfter is not null)
        {
            // As the wire does: whatever it says.
            response.Headers.TryAddWithoutValidation("Retry-After", retryAfter);
        }

        _answer.TrySetResult(response);
        return response;
    }

    public void Fail(Exception exception) => _answer.TrySetException(exception);
}
