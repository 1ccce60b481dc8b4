using GracefulHttp.TestKit;

namespace GracefulHttp.WireTests.Responses;

internal static class StreamUses
{
    // Less than the body, and no divisor of it.
    private const int Piece = 7;

    /// <summary>Reads to the end; every operation but the copies many times.</summary>
    public static async Task<byte[]> ReadToEndAsync(this StreamUse use, Stream body)
    {
        var copy = new MemoryStream();
        switch (use)
        {
            case StreamUse.CopyTo:
                body.CopyTo(copy);
                break;
            case StreamUse.CopyToAsync:
                await body.CopyToAsync(copy).WithinAsync();
                break;
            default:
                byte[] buffer = new byte[Piece];
                for (int count; (count = await use.ReadAsync(body, buffer)) > 0;)
                {
                    copy.Write(buffer, 0, count);
                }

                break;
        }

        return copy.ToArray();
    }

    private static async Task<int> ReadAsync(this StreamUse use, Stream body, byte[] buffer)
    {
        switch (use)
        {
            case StreamUse.ReadAsync:
                return await body.ReadAsync(buffer).AsTask().WithinAsync();
            case StreamUse.ReadAsyncWithToken:
                using (var caller = new CancellationTokenSource())
                {
                    return await body.ReadAsync(buffer, caller.Token).AsTask().WithinAsync();
                }

            case StreamUse.ReadArrayAsync:
                return await body.ReadAsync(buffer, 0, buffer.Length).WithinAsync();
            case StreamUse.Read:
                return body.Read(buffer.AsSpan());
            case StreamUse.ReadArray:
                return body.Read(buffer, 0, buffer.Length);
            case StreamUse.ReadByte:
                int value = body.ReadByte();
                buffer[0] = (byte)value;
                return value < 0 ? 0 : 1;
            case StreamUse.BeginRead:
                return await Task<int>.Factory.FromAsync(
                    (callback, state) => body.BeginRead(buffer, 0, buffer.Length, callback, state), body.EndRead, null).WithinAsync();
            default:
                throw new ArgumentOutOfRangeException(nameof(use), use, "Not one read.");
        }
    }
}
