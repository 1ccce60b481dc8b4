using System.Buffers.Binary;

namespace GracefulHttp.StressTests.Storm;

/// <summary>The bytes of a body: a function of whose it is and of where they are, so that each is known from any other.</summary>
internal static class Pattern
{
    private const int WordSize = sizeof(ulong);

    /// <summary>What a request carries, beside what its answer does.</summary>
    public static int UploadOf(int id) => ~id;

    public static byte[] Create(int id, int length)
    {
        byte[] bytes = new byte[length];
        Fill(bytes, id, offset: 0);
        return bytes;
    }

    public static void Fill(Span<byte> bytes, int id, long offset)
    {
        int i = 0;
        while (i < bytes.Length)
        {
            long at = offset + i;
            if (at % WordSize == 0 && bytes.Length - i >= WordSize)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(bytes[i..], Word(id, at / WordSize));
                i += WordSize;
            }
            else
            {
                bytes[i++] = (byte)(Word(id, at / WordSize) >> (int)(8 * (at % WordSize)));
            }
        }
    }

    public static bool Matches(ReadOnlySpan<byte> bytes, int id, long offset)
    {
        Span<byte> expected = stackalloc byte[512];
        while (!bytes.IsEmpty)
        {
            Span<byte> piece = expected[..Math.Min(expected.Length, bytes.Length)];
            Fill(piece, id, offset);
            if (!bytes[..piece.Length].SequenceEqual(piece))
            {
                return false;
            }

            offset += piece.Length;
            bytes = bytes[piece.Length..];
        }

        return true;
    }

    private static ulong Word(int id, long index) => Seeds.Mix((ulong)(uint)id << 32 ^ (ulong)index);
}
