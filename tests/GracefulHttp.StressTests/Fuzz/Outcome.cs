using System.Net;
using System.Text;
using GracefulHttp.StressTests.Storm;

namespace GracefulHttp.StressTests.Fuzz;

/// <summary>All that a caller can tell of a request: what it was answered, and what it failed with.</summary>
/// <param name="Head">Status and headers; empty where none came.</param>
/// <param name="Body">What was read of it, and the trailers.</param>
/// <param name="Failure">Type and error of each exception; empty where there was none.</param>
internal sealed record Outcome(string Head, string Body, string Failure)
{
    public static async Task<Outcome> OfAsync(HttpClient client, Uri address, Protocol protocol, Reading reading, CancellationToken token)
    {
        var head = new StringBuilder();
        var body = new StringBuilder();
        var failure = new StringBuilder();
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Add("X-Fuzz", "yes");
            request.Version = protocol == Protocol.Http2Clear ? HttpVersion.Version20 : HttpVersion.Version11;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
            HttpCompletionOption completion =
                reading == Reading.Buffered ? HttpCompletionOption.ResponseContentRead : HttpCompletionOption.ResponseHeadersRead;
            using HttpResponseMessage response = await client.SendAsync(request, completion, token);
            head.AppendLine($"{response.Version} {(int)response.StatusCode} {response.ReasonPhrase}").Append(response.Headers).Append(response.Content.Headers);
            await ReadAsync(response, reading, body, token);
            body.Append(response.TrailingHeaders);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            for (Exception? inner = e; inner is not null; inner = inner.InnerException)
            {
                // Messages differ by what else was in the buffers.
                failure.AppendLine($"{inner.GetType()} {(inner as HttpRequestException)?.HttpRequestError} {(inner as HttpIOException)?.HttpRequestError} {(inner as HttpRequestException)?.StatusCode}");
            }
        }

        return new Outcome(head.ToString(), body.ToString(), failure.ToString());
    }

    /// <summary>Whether it is the same but for how much of a body was read before it failed: a failure may overtake what lies in buffers.</summary>
    public bool IsLike(Outcome other) =>
        Head == other.Head
        && Failure == other.Failure
        && (Failure.Length == 0
            ? Body == other.Body
            : Body.StartsWith(other.Body, StringComparison.Ordinal) || other.Body.StartsWith(Body, StringComparison.Ordinal));

    private static async Task ReadAsync(HttpResponseMessage response, Reading reading, StringBuilder text, CancellationToken token)
    {
        switch (reading)
        {
            case Reading.Buffered:
                text.Append(Encoding.Latin1.GetString(await response.Content.ReadAsByteArrayAsync(token)));
                break;

            case Reading.Copied:
                using (var copy = new MemoryStream())
                {
                    await response.Content.CopyToAsync(copy, token);
                    text.Append(Encoding.Latin1.GetString(copy.ToArray()));
                }

                break;

            default:
                await using (Stream body = await response.Content.ReadAsStreamAsync(token))
                {
                    byte[] buffer = new byte[100];
                    while (await ReadPieceAsync(body, buffer, reading, token) is var count and > 0)
                    {
                        text.Append(Encoding.Latin1.GetString(buffer, 0, count));
                    }
                }

                break;
        }
    }

    private static async Task<int> ReadPieceAsync(Stream body, byte[] buffer, Reading reading, CancellationToken token) => reading switch
    {
        Reading.Streamed => await body.ReadAsync(buffer, token),
        Reading.Direct => await body.ReadAsync(buffer, CancellationToken.None),
        _ => body.Read(buffer),
    };
}
