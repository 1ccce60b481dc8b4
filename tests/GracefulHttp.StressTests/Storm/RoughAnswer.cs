using System.Globalization;
using System.Text;

namespace GracefulHttp.StressTests.Storm;

/// <summary>One answer of a <see cref="RoughServer"/>.</summary>
internal sealed class RoughAnswer(RequestRecord record, Stream stream, bool isHead)
{
    private const int Pieces = 8;
    private const int Interims = 300;
    private const int EndlessPiece = 16 * 1024;

    private readonly Plan _plan = record.Plan;

    /// <summary>A moment at which the client could not have had all of it yet.</summary>
    public long EndingAt { get; private set; }

    /// <summary>False where the connection ends with it.</summary>
    public async Task<bool> WriteAsync()
    {
        switch (_plan.Answer)
        {
            case Answer.Prompt:
                return await PromptAsync();

            case Answer.NoContent:
                await FinishAsync(Head("204 No Content"));
                return true;

            case Answer.Late:
                await AnyMoment.LeftAsync(record);
                return await PromptAsync();

            case Answer.Redirect:
                await AnyMoment.LeftAsync(record);
                record.NoteRedirected();
                await FinishAsync(Head("302 Found", "Content-Length: 0", $"Location: /{record.Id}/hop"));
                return true;

            case Answer.InterimStorm:
                await WriteAsync(string.Concat(Enumerable.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n", Interims)));
                return await PromptAsync();

            case Answer.Chunked:
                await WriteChunksAsync(pause: false);
                return true;

            case Answer.Drip:
                await WriteChunksAsync(pause: true);
                return true;

            case Answer.Endless:
                await WriteEndlesslyAsync();
                return false;

            case Answer.Silent:
                // Whoever reads next finds the client's end.
                return true;

            case Answer.CloseDelimited:
                await FinishAsync(Head("200 OK", "Connection: close"), Body());
                return false;

            case Answer.HalfClose:
                await PromptAsync();
                return false;

            case Answer.Truncate:
                await FinishAsync(Head("200 OK", Length(_plan.BodySize + 1)), Body());
                return false;

            case Answer.TooLong:
                await FinishAsync(Head("200 OK", Length(1)), [.. Body(1), .. "superfluous"u8]);
                return false;

            case Answer.WrongChunk:
                await FinishAsync(Head("200 OK", "Transfer-Encoding: chunked"), "nonsense\r\n"u8.ToArray());
                return false;

            case Answer.Garbage:
                await FinishAsync("This is no HTTP.\r\n\r\n");
                return false;

            default:
                return false;
        }
    }

    /// <summary>The whole of it.</summary>
    public async Task<bool> PromptAsync()
    {
        await FinishAsync(Head("200 OK", Length(_plan.BodySize)), isHead ? [] : Body());
        return true;
    }

    /// <summary>An error, while the content is still coming.</summary>
    public Task EarlyErrorAsync() => FinishAsync(Head("413 Content Too Large", Length(0), "Connection: close"));

    /// <summary>Headers, and half of the body that they promise.</summary>
    public Task BeginAsync() => FinishAsync(Head("200 OK", Length(_plan.BodySize)), Body(_plan.BodySize / 2));

    private static string Length(long length) => string.Create(CultureInfo.InvariantCulture, $"Content-Length: {length}");

    private string Head(string status, params string[] headers) =>
        string.Join("\r\n", [$"HTTP/1.1 {status}", $"{Ledger.IdHeader}: {record.Id}", .. headers, "", ""]);

    private byte[] Body() => Body(_plan.BodySize);

    private byte[] Body(int size) => Pattern.Create(_plan.Id, size);

    private async Task WriteChunksAsync(bool pause)
    {
        await WriteAsync(Head("200 OK", "Transfer-Encoding: chunked"));
        byte[] body = Body();
        int size = Math.Max(1, body.Length / Pieces);
        for (int at = 0; at < body.Length; at += size)
        {
            if (pause)
            {
                await AnyMoment.PassAsync();
            }

            byte[] piece = body[at..Math.Min(body.Length, at + size)];
            await stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(piece.Length.ToString("x", CultureInfo.InvariantCulture)), .. "\r\n"u8, .. piece, .. "\r\n"u8]);
        }

        await FinishAsync("0\r\n\r\n");
    }

    /// <summary>Until a write fails, which it does when the client has had enough of it.</summary>
    private async Task WriteEndlesslyAsync()
    {
        // No client buffers what says that it is too long for that; what does not say so, comes slowly.
        await WriteAsync(Head("200 OK", _plan.Reading == Reading.Buffered ? "Connection: close" : Length(long.MaxValue)));
        byte[] piece = new byte[EndlessPiece];
        for (long at = 0; ; at += piece.Length)
        {
            Pattern.Fill(piece, _plan.Id, at);
            await stream.WriteAsync(piece);
            if (_plan.Reading == Reading.Buffered)
            {
                await AnyMoment.PassAsync();
            }
        }
    }

    private Task WriteAsync(string text) => stream.WriteAsync(Encoding.ASCII.GetBytes(text)).AsTask();

    private async Task FinishAsync(string head, byte[]? body = null)
    {
        EndingAt = Ledger.Now;

        // One write: what is too much arrives with what is enough.
        await stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. body ?? []]);
    }
}
