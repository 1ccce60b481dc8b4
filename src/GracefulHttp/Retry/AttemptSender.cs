namespace GracefulHttp.Retry;

/// <summary>What is below the retries.</summary>
internal sealed record AttemptSender(
    Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> SendAsync,
    Func<HttpRequestMessage, CancellationToken, HttpResponseMessage> Send);
