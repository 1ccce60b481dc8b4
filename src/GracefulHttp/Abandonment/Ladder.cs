namespace GracefulHttp.Abandonment;

/// <summary>On which rung an abandoned request starts, by where it is.</summary>
/// <remarks>It looks at headers without parsing them: parsing writes, and the runtime may be sending them just now.</remarks>
internal static class Ladder
{
    /// <summary>A request that waits for its response headers.</summary>
    /// <param name="strategy">What is wanted.</param>
    /// <param name="message">The request.</param>
    /// <param name="progress">How far it has been sent.</param>
    /// <param name="progressIsTold">Whether the transport tells how far a request has been sent.</param>
    /// <param name="actsUnhindered">Whether the inner handler might redirect, authenticate or keep cookies, and cannot be kept from it.</param>
    public static Rung ForHeaders(
        AbandonStrategy strategy, HttpRequestMessage message, SendProgress progress, bool progressIsTold, bool actsUnhindered)
    {
        if (strategy == AbandonStrategy.Abort)
        {
            return Rung.Abort;
        }

        if (actsUnhindered || message.Method == HttpMethod.Connect || message.Headers.NonValidated.Contains("Upgrade"))
        {
            return Rung.Close;
        }

        bool mayBeHttp2 = MayBeHttp2(message);
        bool hasHeaders = message.Headers.NonValidated.Count != 0 || message.Content is not null;
        return progress switch
        {
            SendProgress.Sent => Wanted(strategy),
            SendProgress.Sending => Rung.Close,
            SendProgress.Serialized when mayBeHttp2 => message.Content is null ? WantedOfStream(strategy) : Rung.ResetUnknown,
            SendProgress.NotSeen when !progressIsTold => Wanted(strategy),
            SendProgress.NotSeen when mayBeHttp2 && !hasHeaders => Rung.ResetUnknown,
            _ => Rung.Unsend,
        };
    }

    /// <summary>A request whose body is being read.</summary>
    public static Rung ForBody(AbandonStrategy strategy, ReceivedBody body, SendProgress progress)
    {
        bool isStream = body.Response.Version.Major >= 2;
        if (strategy == AbandonStrategy.Abort)
        {
            return Rung.Abort;
        }

        if (progress == SendProgress.Sending || IsStreamByNature(body.Content))
        {
            return isStream ? Rung.CloseStream : Rung.Close;
        }

        return isStream ? WantedOfStream(strategy) : Wanted(strategy);
    }

    /// <summary>Whether a body has no end to be waited for.</summary>
    public static bool IsStreamByNature(HttpContent content) =>
        content.Headers.NonValidated.TryGetValues("Content-Type", out var type)
        && type.ToString() is var value
        && (value.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase)
            || value.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase));

    private static Rung Wanted(AbandonStrategy strategy) => strategy == AbandonStrategy.Drain ? Rung.Drain : Rung.Close;

    private static Rung WantedOfStream(AbandonStrategy strategy) => strategy == AbandonStrategy.Drain ? Rung.DrainStream : Rung.CloseStream;

    private static bool MayBeHttp2(HttpRequestMessage message)
    {
        bool secure = string.Equals(message.RequestUri?.Scheme, Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase);
        return message.Version.Major >= 2
            ? secure || message.VersionPolicy != HttpVersionPolicy.RequestVersionOrLower
            : secure && message.VersionPolicy == HttpVersionPolicy.RequestVersionOrHigher;
    }
}
