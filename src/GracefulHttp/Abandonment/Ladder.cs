namespace GracefulHttp.Abandonment;

/// <summary>On which rung an abandoned request starts, by where it is.</summary>
/// <remarks>It looks at headers without parsing them: parsing writes, and the runtime may be sending them just now.</remarks>
internal static class Ladder
{
    /// <summary>A request that waits for its response headers. One that may be uploading still is never let run.</summary>
    public static Rung ForHeaders(AbandonStrategy strategy, HttpRequestMessage message, SendProgress progress, InnerHandler inner)
    {
        if (strategy == AbandonStrategy.Abort)
        {
            return Rung.Abort;
        }

        if (inner.ActsUnhindered || message.Method == HttpMethod.Connect || message.Headers.NonValidated.Contains("Upgrade"))
        {
            return Rung.Close;
        }

        bool hasContent = message.Content is not null;
        if (inner.IsForeign)
        {
            return hasContent ? Rung.Close : Wanted(strategy);
        }

        bool mayBeHttp2 = MayBeHttp2(message);
        bool hasHeaders = hasContent || message.Headers.NonValidated.Count != 0;
        return progress switch
        {
            SendProgress.Sent => Wanted(strategy),
            SendProgress.Sending => Rung.Close,
            SendProgress.Serialized when mayBeHttp2 => hasContent ? Rung.Reset : WantedOfStream(strategy),
            SendProgress.NotSeen when mayBeHttp2 && !hasHeaders && inner.MayHaveStreamsTo(message.RequestUri) => Rung.ResetUnknown,
            _ => inner.TellsProgress ? Rung.Unsend : Rung.Close,
        };
    }

    /// <summary>A request whose body is being read.</summary>
    public static Rung ForBody(AbandonStrategy strategy, HttpRequestMessage message, ReceivedBody body, SendProgress progress)
    {
        if (strategy == AbandonStrategy.Abort)
        {
            return Rung.Abort;
        }

        bool isStream = body.IsStream;
        if (isStream && !IsSentBeforeItsAnswer(message.Content))
        {
            return Rung.Reset;
        }

        if (progress == SendProgress.Sending || IsStreamByNature(body.Content))
        {
            return isStream ? Rung.CloseStream : Rung.Close;
        }

        return isStream ? WantedOfStream(strategy) : Wanted(strategy);
    }

    /// <summary>Where a request is that waits for its response headers. Not sent is what no strategy would send.</summary>
    public static AbandonPhase PhaseBeforeHeaders(HttpRequestMessage message, SendProgress progress, InnerHandler inner) =>
        ForHeaders(AbandonStrategy.Drain, message, progress, inner) == Rung.Unsend ? AbandonPhase.NotSent
        : progress == SendProgress.Sending || (message.Content is not null && progress != SendProgress.Sent) ? AbandonPhase.Sending
        : AbandonPhase.WaitingForHeaders;

    /// <summary>Whether a request that waits for its response headers, and may have been sent, is on an HTTP/2 stream.</summary>
    public static bool IsOnStream(HttpRequestMessage message, SendProgress progress, InnerHandler inner) =>
        progress is SendProgress.NotSeen or SendProgress.Serialized
        && !inner.IsForeign
        && MayBeHttp2(message)
        && inner.MayHaveStreamsTo(message.RequestUri);

    /// <summary>Whether a body has no end to be waited for.</summary>
    public static bool IsStreamByNature(HttpContent content) =>
        content.Headers.NonValidated.TryGetValues("Content-Type", out var type)
        && type.ToString() is var value
        && (value.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase)
            || value.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Whether the runtime gives the answer only after the content has been sent. Over HTTP/2 it does so for these, which say
    /// that they do not allow duplex (<c>HttpContent.AllowDuplex</c>, internal); any other may go on behind its answer.
    /// </summary>
    private static bool IsSentBeforeItsAnswer(HttpContent? content) =>
        content is null or ByteArrayContent or ReadOnlyMemoryContent or StreamContent or MultipartContent;

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
