using System.Net.Http.Json;

namespace GracefulHttp.Retry;

/// <summary>The body of a request, as far as it can be sent more than once.</summary>
/// <remarks>
/// A small one is copied before the first attempt: then attempts may overlap, and none touches what is the caller's. A large one is
/// read from the caller's content by one attempt after the other. One that can be read only once is sent once, as it is.
/// </remarks>
internal sealed class RequestBody
{
    /// <summary>What is copied at most.</summary>
    public const int MaxSnapshotSize = 1024 * 1024;

    private readonly HttpContent? _original;
    private readonly ReadOnlyMemory<byte>? _snapshot;
    private BorrowedContent? _borrowed;

    private RequestBody(HttpContent? original, bool canRepeat, ReadOnlyMemory<byte>? snapshot)
    {
        _original = original;
        _snapshot = snapshot;
        CanRepeat = canRepeat;
    }

    /// <summary>Whether it can be sent again.</summary>
    public bool CanRepeat { get; }

    /// <summary>Whether it can be sent again while an earlier attempt still runs.</summary>
    public bool CanOverlap => _original is null || _snapshot is not null || !CanRepeat;

    /// <summary>Whether attempts read the caller's own content.</summary>
    public bool IsTheCallers => _original is not null && _snapshot is null;

    /// <param name="content">The caller's.</param>
    /// <param name="isAsked">Whether anybody wants to send it again.</param>
    /// <param name="cancellationToken">Ends the copying.</param>
    public static async Task<RequestBody> OfAsync(HttpContent? content, bool isAsked, CancellationToken cancellationToken)
    {
        if (content is null || !isAsked || !MayFit(content))
        {
            return new RequestBody(content, content is null || (isAsked && CanRewind(content)), snapshot: null);
        }

        using var copy = new SnapshotStream(MaxSnapshotSize);
        await content.CopyToAsync(copy, cancellationToken).ConfigureAwait(false);
        return Of(content, copy);
    }

    /// <inheritdoc cref="OfAsync"/>
    public static RequestBody Of(HttpContent? content, bool isAsked, CancellationToken cancellationToken)
    {
        if (content is null || !isAsked || !MayFit(content))
        {
            return new RequestBody(content, content is null || (isAsked && CanRewind(content)), snapshot: null);
        }

        using var copy = new SnapshotStream(MaxSnapshotSize);
        content.CopyTo(copy, context: null, cancellationToken);
        return Of(content, copy);
    }

    /// <summary>The content of one attempt.</summary>
    public HttpContent? Create()
    {
        if (_original is null || !CanRepeat)
        {
            return _original;
        }

        return _snapshot is { } bytes ? new SnapshotContent(_original, bytes) : _borrowed = new BorrowedContent(_original);
    }

    /// <summary>Completes when no attempt that has been ended reads the caller's content any more.</summary>
    public Task WhenReturnedAsync() => _borrowed?.WhenReturnedAsync() ?? Task.CompletedTask;

    private static RequestBody Of(HttpContent content, SnapshotStream copy) =>
        new(content, canRepeat: true, copy.IsOverflown ? default(ReadOnlyMemory<byte>?) : copy.Bytes);

    /// <summary>What tells its length can be read once at least, also where its make is not known; a stream must tell that it can be read again.</summary>
    private static bool MayFit(HttpContent content) =>
        content is JsonContent
        || (content.Headers.ContentLength <= MaxSnapshotSize && (content is not StreamContent || CanRewind(content)));

    private static bool CanRewind(HttpContent content) => content switch
    {
        ByteArrayContent or ReadOnlyMemoryContent or JsonContent => true,
        StreamContent => content.ReadAsStream().CanSeek,
        MultipartContent parts => parts.All(CanRewind),
        _ => false,
    };
}
