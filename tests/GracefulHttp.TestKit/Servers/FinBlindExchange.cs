using System.Globalization;
using System.Text;

namespace GracefulHttp.TestKit.Servers;

/// <summary>
/// One request and the verbs with which a script answers it. Nothing here reads from the connection: like a blocking worker
/// the script does not notice that the client has gone, until a write fails.
/// </summary>
/// <remarks>A write that fails is recorded, and what the script writes after it is dropped, so that a script reads linearly.</remarks>
public sealed class FinBlindExchange
{
    private readonly Stream _transport;
    private readonly Stream _stream;
    private BodyFraming _framing;

    internal FinBlindExchange(FinBlindConnection connection, Stream transport, Stream stream, FinBlindRequest request)
    {
        Connection = connection;
        Request = request;
        _transport = transport;
        _stream = stream;
    }

    public FinBlindConnection Connection { get; }

    public FinBlindRequest Request { get; }

    /// <summary>Why a write failed; null as long as none has.</summary>
    public Exception? WriteFault { get; private set; }

    /// <summary>Whether the connection ends after this exchange.</summary>
    internal bool EndsConnection { get; private set; }

    /// <summary>A whole response with a Content-Length.</summary>
    public Task RespondAsync(string body = "ok") => RespondAsync(Encoding.UTF8.GetBytes(body));

    /// <inheritdoc cref="RespondAsync(string)"/>
    public async Task RespondAsync(ReadOnlyMemory<byte> body)
    {
        await WriteHeadAsync(BodyFraming.ContentLength, body.Length);
        await WriteBodyAsync(body);
    }

    /// <summary>Status line and headers.</summary>
    /// <param name="framing">How the end of the body is told.</param>
    /// <param name="contentLength">With <see cref="BodyFraming.ContentLength"/>: that length.</param>
    /// <param name="status">Status code and reason.</param>
    /// <param name="headers">Whole lines without their line ends.</param>
    public Task WriteHeadAsync(BodyFraming framing, long contentLength = 0, string status = "200 OK", params string[] headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        _framing = framing;
        string framingHeader = framing switch
        {
            BodyFraming.ContentLength => string.Create(CultureInfo.InvariantCulture, $"Content-Length: {contentLength}"),
            BodyFraming.Chunked => "Transfer-Encoding: chunked",
            _ => "Connection: close",
        };
        EndsConnection |= framing == BodyFraming.CloseDelimited
            || headers.Contains("Connection: close", StringComparer.OrdinalIgnoreCase);
        return WriteRawAsync(Encoding.ASCII.GetBytes(string.Join("\r\n", [$"HTTP/1.1 {status}", framingHeader, .. headers, "", ""])));
    }

    /// <summary>A piece of the body, written at once; with <see cref="BodyFraming.Chunked"/> it is one chunk.</summary>
    public Task WriteBodyAsync(ReadOnlyMemory<byte> piece)
    {
        if (_framing != BodyFraming.Chunked || piece.IsEmpty)
        {
            return WriteRawAsync(piece);
        }

        byte[] size = Encoding.ASCII.GetBytes(piece.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n");
        return WriteRawAsync((byte[])[.. size, .. piece.Span, (byte)'\r', (byte)'\n']);
    }

    /// <summary>The end of the body, where the framing has one to write.</summary>
    public Task FinishAsync() => _framing == BodyFraming.Chunked ? WriteRawAsync("0\r\n\r\n"u8.ToArray()) : Task.CompletedTask;

    /// <summary>Any bytes, for answers that are not HTTP.</summary>
    public Task WriteRawAsync(ReadOnlyMemory<byte> bytes) => WriteAsync(_stream, bytes);

    /// <summary>Any bytes, for answers that are not even TLS where it is spoken.</summary>
    public Task WriteBelowTlsAsync(ReadOnlyMemory<byte> bytes) => WriteAsync(_transport, bytes);

    /// <summary>After this exchange the server closes: close_notify (TLS), FIN.</summary>
    public void CloseAfterwards() => EndsConnection = true;

    private async Task WriteAsync(Stream stream, ReadOnlyMemory<byte> bytes)
    {
        if (WriteFault is not null)
        {
            return;
        }

        try
        {
            await stream.WriteAsync(bytes);
        }
        catch (Exception e) when (FinBlindConnection.IsPeerGone(e))
        {
            WriteFault = e;
        }
    }
}
