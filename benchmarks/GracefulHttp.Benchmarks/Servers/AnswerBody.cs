namespace GracefulHttp.Benchmarks.Servers;

/// <summary>The bodies that the embedded servers send.</summary>
internal static class AnswerBody
{
    /// <summary>A small JSON document, the size of many real answers.</summary>
    public static ReadOnlyMemory<byte> Fast { get; } = Create(256);

    /// <summary>Half of a slow answer; sent twice.</summary>
    public static ReadOnlyMemory<byte> SlowHalf { get; } = Create(1024);

    /// <summary>What a long answer is made of.</summary>
    public static ReadOnlyMemory<byte> Piece { get; } = Create(256 * 1024);

    public static int SlowLength => 2 * SlowHalf.Length;

    private static byte[] Create(int length)
    {
        byte[] body = new byte[length];
        for (int i = 0; i < length; i++)
        {
            body[i] = (byte)('a' + (i % 26));
        }

        return body;
    }
}
