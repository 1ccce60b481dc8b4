using System.Text;

namespace GracefulHttp.Abandonment;

/// <summary>Reads every header value as an empty one: an address, challenge or cookie that is none.</summary>
internal sealed class UnreadEncoding : Encoding
{
    public static UnreadEncoding Instance { get; } = new();

    public override int GetCharCount(byte[] bytes, int index, int count) => 0;

    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex) => 0;

    public override int GetMaxCharCount(int byteCount) => 0;

    // Nothing is written with it.
    public override int GetByteCount(char[] chars, int index, int count) => 0;

    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) => 0;

    public override int GetMaxByteCount(int charCount) => 0;
}
