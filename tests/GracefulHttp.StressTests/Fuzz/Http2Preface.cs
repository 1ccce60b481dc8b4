namespace GracefulHttp.StressTests.Fuzz;

/// <summary>Reads what a client of HTTP/2 says before it waits for an answer.</summary>
internal static class Http2Preface
{
    private const int PrefaceSize = 24;
    private const int FrameHeaderSize = 9;
    private const byte HeadersFrame = 1;

    public static async Task ReadToFirstHeadersAsync(Stream stream)
    {
        byte[] header = new byte[PrefaceSize];
        await stream.ReadExactlyAsync(header);
        do
        {
            await stream.ReadExactlyAsync(header.AsMemory(0, FrameHeaderSize));
            await stream.ReadExactlyAsync(new byte[header[0] << 16 | header[1] << 8 | header[2]]);
        }
        while (header[3] != HeadersFrame);
    }
}
