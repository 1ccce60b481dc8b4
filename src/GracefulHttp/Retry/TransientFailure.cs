using System.Net;
using Polly;
using Polly.Timeout;

namespace GracefulHttp.Retry;

/// <summary>What is worth another attempt, unless the user says otherwise.</summary>
internal static class TransientFailure
{
    public static bool IsOne(Outcome<HttpResponseMessage> outcome) => outcome.Exception switch
    {
        null => outcome.Result is { } response && IsOne(response.StatusCode),
        HttpRequestException or TimeoutRejectedException => true,

        // How the runtime tells that no connection came within ConnectTimeout.
        OperationCanceledException { InnerException: TimeoutException } => true,
        _ => false,
    };

    private static bool IsOne(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
        || ((int)status is >= 500 and < 600 && status != HttpStatusCode.NotImplemented);
}
