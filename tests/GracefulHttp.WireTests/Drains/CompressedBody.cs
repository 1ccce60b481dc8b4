namespace GracefulHttp.WireTests.Drains;

internal static class CompressedBody
{
    /// <summary>
    /// Zeros, flushed in between: <paramref name="firstLength"/> compressed bytes give the reader the first of them, and the
    /// next <c>secondLength</c> the second.
    /// </summary>
    public static byte[] Of(Func<Stream, Stream> compress, int first, int second, out int firstLength) =>
        Of(compress, first, second, out firstLength, out _);

    /// <inheritdoc cref="Of(Func{Stream, Stream}, int, int, out int)"/>
    public static byte[] Of(Func<Stream, Stream> compress, int first, int second, out int firstLength, out int secondLength)
    {
        var compressed = new MemoryStream();
        using (Stream compressing = compress(compressed))
        {
            compressing.Write(new byte[first]);
            compressing.Flush();
            firstLength = (int)compressed.Length;
            compressing.Write(new byte[second]);
            compressing.Flush();
            secondLength = (int)compressed.Length - firstLength;
        }

        return compressed.ToArray();
    }
}
