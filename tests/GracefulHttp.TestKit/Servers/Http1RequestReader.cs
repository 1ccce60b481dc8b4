using System.Globalization;
using System.Text;

namespace GracefulHttp.TestKit.Servers;

/// <summary>Reads HTTP/1.1 requests from a connection, one after the other. It is a test's server: it trusts its client.</summary>
public sealed class Http1RequestReader(Stream stream)
{
    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    /// <summary>The next request, or null when the stream ends before one is complete.</summary>
    /// <param name="headRead">Called when the headers have been read and nothing of the body has; with an empty body.</param>
    /// <param name="cancellationToken">Ends the reading, not the call.</param>
    public async Task<FinBlindRequest?> ReadAsync(Func<FinBlindRequest, Task> headRead, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(headRead);
        try
        {
            return await ReadRequestAsync(headRead, cancellationToken);
        }
        catch (EndOfStreamException)
        {
            return null;
        }
    }

    private async Task<FinBlindRequest> ReadRequestAsync(Func<FinBlindRequest, Task> headRead, CancellationToken cancellationToken)
    {
        string[] requestLine = (await ReadLineAsync(cancellationToken)).Split(' ');
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await ReadLineAsync(cancellationToken) is { Length: > 0 } line)
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            string name = line[..colon];
            string value = line[(colon + 1)..].Trim();
            headers[name] = headers.TryGetValue(name, out string? earlier) ? $"{earlier}, {value}" : value;
        }

        var head = new FinBlindRequest(requestLine[0], requestLine[1], requestLine[2], headers, default);
        await headRead(head);
        using var body = new MemoryStream();
        if (headers.ContainsKey("Transfer-Encoding"))
        {
            await ReadChunksAsync(body, cancellationToken);
        }
        else if (headers.TryGetValue("Content-Length", out string? length))
        {
            await ReadExactlyAsync(body, long.Parse(length, CultureInfo.InvariantCulture), cancellationToken);
        }

        return head with { Body = body.ToArray() };
    }

    private async Task ReadChunksAsync(MemoryStream body, CancellationToken cancellationToken)
    {
        long size;
        do
        {
            size = long.Parse(await ReadLineAsync(cancellationToken), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            await ReadExactlyAsync(body, size, cancellationToken);
            await ReadLineAsync(cancellationToken); // the end of the chunk; after the last one, of the (empty) trailers
        }
        while (size != 0);
    }

    private async Task ReadExactlyAsync(MemoryStream body, long count, CancellationToken cancellationToken)
    {
        while (count > 0)
        {
            await FillAsync(cancellationToken);
            int take = (int)Math.Min(count, _end - _start);
            body.Write(_buffer, _start, take);
            _start += take;
            count -= take;
        }
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        while (true)
        {
            await FillAsync(cancellationToken);
            char next = (char)_buffer[_start++];
            if (next == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append(next);
        }
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_start < _end)
        {
            return;
        }

        _start = 0;
        _end = await stream.ReadAsync(_buffer, cancellationToken);
        if (_end == 0)
        {
            throw new EndOfStreamException("The connection ended before a request was complete.");
        }
    }
}
