using System.Net.Http.Json;
using System.Text;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.WireTests.Responses;

internal static class ResponseReads
{
    /// <summary>In two pieces that are JSON together.</summary>
    private static readonly byte[] First = Encoding.ASCII.GetBytes('"' + new string('a', 9));

    private static readonly byte[] Rest = Encoding.ASCII.GetBytes(new string('a', 9) + '"');

    public static async Task AnswerHeldAsync(FinBlindExchange exchange, SyncPoint held, BodyFraming framing)
    {
        await exchange.WriteHeadAsync(framing, First.Length + Rest.Length, "200 OK", "Content-Type: application/json");
        await exchange.WriteBodyAsync(First);
        await held.ArriveAsync();
        await exchange.WriteBodyAsync(Rest);
        await exchange.FinishAsync();
    }

    /// <summary>Makes the call and reads the answer to its end.</summary>
    public static async Task RunAsync(this ResponseRead read, HttpClient http, string target, CancellationToken token)
    {
        switch (read)
        {
            case ResponseRead.GetStream:
                await using (Stream body = await http.GetStreamAsync(target, token))
                {
                    await ReadToEndAsync(ResponseRead.ReadMemory, body, token);
                }

                return;

            case ResponseRead.GetByteArray:
                await http.GetByteArrayAsync(target, token);
                return;

            default:
                using (HttpResponseMessage response = await http.GetAsync(target, HttpCompletionOption.ResponseHeadersRead, token))
                {
                    await ReadAsync(read, response.Content, token);
                }

                return;
        }
    }

    /// <summary>Reads a body whose headers have come to its end.</summary>
    public static async Task ReadAsync(this ResponseRead read, HttpContent content, CancellationToken token)
    {
        switch (read)
        {
            case ResponseRead.ContentCopyTo:
                await content.CopyToAsync(Stream.Null, token);
                return;
            case ResponseRead.LoadIntoBuffer:
                await content.LoadIntoBufferAsync(token);
                return;
            case ResponseRead.ReadAsString:
                await content.ReadAsStringAsync(token);
                return;
            case ResponseRead.ReadAsByteArray:
                await content.ReadAsByteArrayAsync(token);
                return;
            case ResponseRead.ReadFromJson:
                await content.ReadFromJsonAsync<string>(token);
                return;
            case ResponseRead.StreamCopyTo:
                await (await content.ReadAsStreamAsync(token)).CopyToAsync(Stream.Null, token);
                return;
            default:
                await ReadToEndAsync(read, await content.ReadAsStreamAsync(token), token);
                return;
        }
    }

    private static async Task ReadToEndAsync(ResponseRead read, Stream body, CancellationToken token)
    {
        byte[] buffer = new byte[1024];
        int count;
        do
        {
            if (read == ResponseRead.ReadAfterZeroBytes)
            {
                (await body.ReadAsync(Memory<byte>.Empty, token)).ShouldBe(0);
            }

#pragma warning disable CA1835 // The overload for arrays is one of those under test.
            count = read == ResponseRead.ReadArray
                ? await body.ReadAsync(buffer, 0, buffer.Length, token)
                : await body.ReadAsync(buffer, token);
#pragma warning restore CA1835
        }
        while (count > 0);
    }
}
