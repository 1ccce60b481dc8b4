using System.Net.Http.Headers;

namespace GracefulHttp.Retry;

/// <summary>The wait that a server asks for (RFC 9110 §10.2.3), in seconds or as a date.</summary>
internal static class RetryAfter
{
    public static TimeSpan? Of(HttpResponseMessage? response, TimeProvider timeProvider)
    {
        TimeSpan? wait = response?.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - timeProvider.GetUtcNow(),
            _ => IsTooLongToRead(response) ? TimeSpan.MaxValue : null,
        };
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    /// <summary>The runtime reads no more than an <see cref="int"/>, and takes what is longer for no header at all: that server would be asked again at once.</summary>
    private static bool IsTooLongToRead(HttpResponseMessage? response) =>
        response is not null
        && response.Headers.NonValidated.TryGetValues("Retry-After", out HeaderStringValues seconds)
        && seconds.ToString() is { Length: > 0 } digits
        && digits.All(char.IsAsciiDigit);
}
