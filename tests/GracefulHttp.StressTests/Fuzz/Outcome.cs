using System.Net;
using System.Text;
using GracefulHttp.StressTests.Storm;

namespace GracefulHttp.StressTests.Fuzz;

/// <summary>All that a caller can tell of a request: what it was answered, or what it failed with.</summary>
internal static class Outcome
{
    public static async Task<string> OfAsync(HttpClient client, Uri address, Protocol protocol, Reading reading, CancellationToken token)
    {
        var text = new StringBuilder();
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Add("X-Fuzz", "yes");
            request.Version = protocol == Protocol.Http2Clear ? HttpVersion.Version20 : HttpVersion.Version11;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
            HttpCompletionOption completion =
                reading == Reading.Buffered ? HttpCompletionOption.ResponseContentRead : HttpCompletionOption.ResponseHeadersRead;
            using HttpResponseMessage response = await client.SendAsync(request, completion, token);
            text.AppendLine($"{response.Version} {(int)response.StatusCode} {response.ReasonPhrase}").Append(response.Headers).Append(response.Content.Headers);
            text.AppendLine(Encoding.Latin1.GetString(await ReadAsync(response, reading, text, token)));
            text.Append(response.TrailingHeaders);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            for (Exception? inner = e; inner is not null; inner = inner.InnerException)
            {
                // Messages differ by what else was in the buffers.
                text.AppendLine($"{inner.GetType()} {(inner as HttpRequestException)?.HttpRequestError} {(inner as HttpIOException)?.HttpRequestError} {(inner as HttpRequestException)?.StatusCode}");
            }
        }

        return text.ToString();
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, Reading reading, StringBuilder text, CancellationToken token)
    {
        using var copy = new MemoryStream();
        switch (reading)
        {
            case Reading.Buffered:
                return await response.Content.ReadAsByteArrayAsync(token);

            case Reading.Copied:
                await response.Content.CopyToAsync(copy, token);
                return copy.ToArray();

            default:
                await using (Stream body = await response.Content.ReadAsStreamAsync(token))
                {
                    byte[] buffer = new byte[100];
                    while (await ReadPieceAsync(body, buffer, reading, token) is var count and > 0)
                    {
                        text.Append(Encoding.Latin1.GetString(buffer, 0, count));
                    }
                }

                return [];
        }
    }

    private static async Task<int> ReadPieceAsync(Stream body, byte[] buffer, Reading reading, CancellationToken token) => reading switch
    {
        Reading.Streamed => await body.ReadAsync(buffer, token),
        Reading.Direct => await body.ReadAsync(buffer, CancellationToken.None),
        _ => body.Read(buffer),
    };
}
