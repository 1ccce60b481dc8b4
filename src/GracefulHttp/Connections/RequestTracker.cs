using System.Runtime.CompilerServices;
using GracefulHttp.Abandonment;

namespace GracefulHttp.Connections;

/// <summary>Tells the request scope what a connection writes for it, and refuses to write for one that was abandoned.</summary>
internal sealed class RequestTracker
{
    private RequestFraming? _framing;

    /// <summary>Whether what is written are HTTP/1.1 requests; over HTTP/2 one of them is not the connection.</summary>
    public bool AreFollowed => _framing is not null;

    /// <summary>The request that was written last; null where requests are not followed, as over HTTP/2 one is not the connection.</summary>
    public RequestScope? Last { get; private set; }

    /// <summary>
    /// From here on what is written are HTTP/1.1 requests. Not before: the scope flows into TLS handshakes, CONNECT and the
    /// preface of HTTP/2 too, and none of these says anything of the request.
    /// </summary>
    public void FollowRequests() => _framing = new RequestFraming();

    /// <summary>False where nothing may be written any more. <paramref name="ended"/> is the request that these bytes complete.</summary>
    public bool TryBegin(ReadOnlySpan<byte> bytes, out RequestScope? ended)
    {
        ended = null;
        if (_framing is null)
        {
            return true;
        }

        RequestScope? scope = RequestScope.Current;
        Last = scope;
        if (scope is null)
        {
            _framing.Reset();
            return true;
        }

        if (!scope.TryAdvance(SendProgress.Sending))
        {
            if (scope.Progress == SendProgress.Sent)
            {
                // Not the rest of a body that its caller has left in the middle.
                scope.NoteUnsent(UnsentReason.Retry);
            }

            return false;
        }

        if (_framing.Observe(bytes))
        {
            if (_framing.EndedWithHead)
            {
                // These bytes are the runtime's own. Noted before they are out, or a quick peer would know it before we do.
                scope.Complete();
            }
            else
            {
                // The caller's memory may be part of them: not before the write has ended.
                ended = scope;
            }
        }

        return true;
    }

    /// <summary>What a refused write ends with: the runtime does not take it for a failed connection and try another.</summary>
    public static OperationCanceledException Refused() => new("The request was abandoned before it was sent.");

    public static ValueTask CompleteAsync(ValueTask write, RequestScope? ended)
    {
        if (ended is null)
        {
            return write;
        }

        if (!write.IsCompletedSuccessfully)
        {
            return AwaitAsync(write, ended);
        }

        write.GetAwaiter().GetResult();
        ended.Complete();
        return default;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask AwaitAsync(ValueTask write, RequestScope ended)
    {
        await write.ConfigureAwait(false);
        ended.Complete();
    }
}
