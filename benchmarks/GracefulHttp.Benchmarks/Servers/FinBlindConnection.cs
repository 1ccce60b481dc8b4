using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace GracefulHttp.Benchmarks.Servers;

/// <summary>One keep-alive connection: read a request, wait without reading, answer, whatever the client did meanwhile.</summary>
/// <param name="stream">Where requests come from and answers go.</param>
/// <param name="tally">Where slow answers are counted.</param>
/// <param name="held">What held requests wait for.</param>
internal sealed class FinBlindConnection(Stream stream, ServerTally tally, HeldAnswers held)
{
    private const int LargestRequest = 8 * 1024;

    private static readonly byte[] FastAnswer = [.. Head(AnswerBody.Fast.Length), .. AnswerBody.Fast.Span];
    private static readonly byte[] SlowAnswer = [.. Head(AnswerBody.SlowLength), .. AnswerBody.SlowHalf.Span, .. AnswerBody.SlowHalf.Span];
    private static readonly int SlowSplit = SlowAnswer.Length - AnswerBody.SlowHalf.Length;

    /// <summary>Serves until the client ends the connection.</summary>
    public async Task RunAsync()
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(LargestRequest);
        try
        {
            int filled = 0;
            while (true)
            {
                int end = EndOfHead(buffer.AsSpan(0, filled));
                if (end < 0)
                {
                    int read = filled < buffer.Length ? await stream.ReadAsync(buffer.AsMemory(filled)) : 0;
                    if (read == 0)
                    {
                        return;
                    }

                    filled += read;
                    continue;
                }

                AnswerScript script = AnswerScript.Parse(RequestLine(buffer.AsSpan(0, end)));
                int content = ContentLength(buffer.AsSpan(0, end));
                int here = Math.Min(content, filled - end);
                filled -= end + here;
                buffer.AsSpan(end + here, filled).CopyTo(buffer);
                // Like many who answer before they have read: an upload that is refused, a body nobody needs.
                await AnswerAsync(script);
                if (!await SkipAsync(content - here))
                {
                    return;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask AnswerAsync(AnswerScript script)
    {
        if (script.IsCounts && tally.Report is { } report)
        {
            byte[] counts = report();
            await stream.WriteAsync((byte[])[.. Head(counts.Length), .. counts]);
            return;
        }

        if (script.Size > 0)
        {
            await AnswerLongAsync(script.Size);
            return;
        }

        if (!script.IsSlow)
        {
            await stream.WriteAsync(FastAnswer);
            return;
        }

        bool completed = false;
        Task<bool> released = held.WaitAsync();
        tally.SlowStarted();
        try
        {
            int sent = script.LateBody ? SlowSplit : 0;
            if (sent > 0)
            {
                await stream.WriteAsync(SlowAnswer.AsMemory(0, sent));
            }

            if (!await WaitAsync(script, released))
            {
                return;
            }

            await stream.WriteAsync(SlowAnswer.AsMemory(sent));
            completed = true;
        }
        finally
        {
            tally.SlowEnded(completed);
        }
    }

    /// <returns>Whether to go on with the answer.</returns>
    private static async ValueTask<bool> WaitAsync(AnswerScript script, Task<bool> released)
    {
        if (script.IsHeld)
        {
            return await released;
        }

        await Task.Delay(script.Delay, TimeProvider.System);
        return true;
    }

    private async ValueTask AnswerLongAsync(int size)
    {
        await stream.WriteAsync(Head(size));
        for (int left = size; left > 0; left -= AnswerBody.Piece.Length)
        {
            await stream.WriteAsync(AnswerBody.Piece[..Math.Min(left, AnswerBody.Piece.Length)]);
        }
    }

    /// <summary>Reads content that nobody wants; false when the client ends the connection before its end.</summary>
    private async ValueTask<bool> SkipAsync(int length)
    {
        if (length == 0)
        {
            return true;
        }

        byte[] unwanted = ArrayPool<byte>.Shared.Rent(Math.Min(length, LargestRequest));
        try
        {
            while (length > 0)
            {
                int read = await stream.ReadAsync(unwanted.AsMemory(0, Math.Min(length, unwanted.Length)));
                if (read == 0)
                {
                    return false;
                }

                length -= read;
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(unwanted);
        }
    }

    private static int ContentLength(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> name = "Content-Length: "u8;
        int at = head.IndexOf(name);
        return at >= 0 && Utf8Parser.TryParse(head[(at + name.Length)..], out int length, out _) ? Math.Max(0, length) : 0;
    }

    private static int EndOfHead(ReadOnlySpan<byte> received)
    {
        int at = received.IndexOf("\r\n\r\n"u8);
        return at < 0 ? -1 : at + 4;
    }

    private static ReadOnlySpan<byte> RequestLine(ReadOnlySpan<byte> head) => head[..head.IndexOf((byte)'\r')];

    private static byte[] Head(int length) => Encoding.ASCII.GetBytes(FormattableString.Invariant(
        $"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {length}\r\n\r\n"));
}
