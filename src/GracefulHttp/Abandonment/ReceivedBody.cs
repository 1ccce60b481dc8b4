using System.Globalization;
using System.Net;

namespace GracefulHttp.Abandonment;

/// <summary>What has not been read yet of a response whose headers have come.</summary>
internal sealed class ReceivedBody : IDisposable
{
    // Reads that complete at once, and so cannot be cancelled, over a transport that is not ours and does not obey the cut.
    private const int CutAttempts = 16;

    private Stream? _stream;
    private bool _detachedAskedForData;

    public ReceivedBody(HttpResponseMessage response)
    {
        Response = response;
        Content = response.Content;

        // The answer to HEAD tells a length and has none; nor have these two (RFC 9110 §6.4.1).
        bool hasNoBody = response.RequestMessage?.Method == HttpMethod.Head
            || response.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.NotModified;
        KnownRemainder = hasNoBody ? 0 : LengthOf(Content) ?? 0;
    }

    /// <summary>How long a content says it is. Where a header says so it is not parsed in place, which would rewrite it for the caller.</summary>
    public static long? LengthOf(HttpContent content) =>
        !content.Headers.NonValidated.TryGetValues("Content-Length", out var told) ? content.Headers.ContentLength
        : long.TryParse(told.ToString(), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out long length) ? length
        : null;

    /// <summary>The response; its content may have been replaced by ours since.</summary>
    public HttpResponseMessage Response { get; }

    public HttpContent Content { get; }

    /// <summary>Whether it ends with an HTTP/2 stream, not with a connection.</summary>
    public bool IsStream => Response.Version.Major >= 2;

    public bool HasEnded { get; private set; }

    /// <summary>Whether there is nothing more to come, at its end or because it failed.</summary>
    public bool IsOver { get; private set; }

    /// <summary>What its stream says of itself when it has been opened.</summary>
    public bool CanRead => _stream?.CanRead ?? true;

    /// <summary>How many bytes are still to come, or 0 where that is not known.</summary>
    public long KnownRemainder { get; private set; }

    /// <summary>
    /// Whether reading runs no code of the user's that is not running anyway: opening a content that only knows how to write
    /// itself buffers all of it.
    /// </summary>
    public bool OpensAtOnce => _stream is not null || Content.GetType().Assembly == typeof(HttpContent).Assembly;

    /// <summary>The read that was left, until somebody reads on.</summary>
    public Task<int>? Detached { get; private set; }

    /// <summary>The caller must pass what the read gives to <see cref="Note"/>.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        // The runtime's own contents open at once, without a task; those of other handlers may be asynchronous only.
        if (_stream is null && OpensAtOnce)
        {
            _stream = Content.ReadAsStream(CancellationToken.None);
        }

        return _stream is { } stream ? stream.ReadAsync(buffer, cancellationToken) : OpenAndReadAsync(buffer, cancellationToken);
    }

    public int Read(Span<byte> buffer)
    {
        _stream ??= Content.ReadAsStream(CancellationToken.None);
        return Note(_stream.Read(buffer), !buffer.IsEmpty);
    }

    public int Note(int count, bool askedForData)
    {
        HasEnded |= count == 0 && askedForData;
        IsOver |= HasEnded;
        KnownRemainder = Math.Max(0, KnownRemainder - count);
        return count;
    }

    public void NoteFailure() => IsOver = true;

    /// <summary>Leaves a read that still runs, into a buffer that nobody else uses, to <see cref="DiscardAsync"/>.</summary>
    public void Detach(Task<int> read, bool askedForData)
    {
        Detached = read;
        _detachedAskedForData = askedForData;
    }

    /// <summary>Reads on, beginning with the read that was left.</summary>
    public async ValueTask<int> DiscardAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        if (Detached is not { } detached)
        {
            return Note(await ReadAsync(buffer, cancellationToken).ConfigureAwait(false), askedForData: true);
        }

        Detached = null;
        return Note(await detached.ConfigureAwait(false), _detachedAskedForData);
    }

    /// <summary>
    /// Ends the connection in the middle of the body. Disposing the response would start the runtime's own drain; a read that
    /// fails, or waits and is cancelled, closes at once. What the runtime has in its buffer comes first.
    /// </summary>
    public async ValueTask CutAsync(RequestScope scope, byte[] buffer)
    {
        using var cut = new CancellationTokenSource();
        for (int i = 0; i < CutAttempts && !HasEnded; i++)
        {
            ValueTask<int> read = DiscardAsync(buffer, cut.Token);
            if (!read.IsCompleted)
            {
                cut.Cancel();
            }

            if (await read.ConfigureAwait(false) > 0)
            {
                // Not before: at the end of its body the connection is back in the pool, and cut for the next one.
                scope.Cut();
            }
        }
    }

    public void Dispose() => Content.Dispose();

    private async ValueTask<int> OpenAndReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _stream = await Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        return await _stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
    }
}
