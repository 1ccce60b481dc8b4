using System.Text;
using GracefulHttp.StressTests.Storm;

namespace GracefulHttp.StressTests.Fuzz;

/// <summary>A valid answer, changed in a few places by what one seed says.</summary>
internal static class Mutation
{
    private const int MostChanges = 3;

    private static readonly string[] OddLines =
    [
        "Content-Length: 3", "Content-Length: 3, 3", "Content-Length: -1", "Content-Length: 99999999999999999999", "Content-Length: 0x10",
        "Transfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: identity", "Connection: close", "Connection: keep-alive",
        "Content-Encoding: gzip", "Content-Encoding: br", "Location: /next", "Location: ::::", "Set-Cookie: =;=;", "Upgrade: h2c", "Keep-Alive: timeout=0, max=0",
        "No colon", ": no name", "Name :space", " folded", "X-Null: \0", "X-Long: " + new string('x', 70_000), "Content-Type: text/event-stream", "Retry-After: x",
    ];

    public static byte[] Of(int seed, int number, IReadOnlyList<byte[]> valid)
    {
        Random random = Seeds.For(seed, number);
        byte[] bytes = random.Pick(valid);
        for (int changes = random.Next(MostChanges) + 1; changes > 0 && bytes.Length > 0; changes--)
        {
            bytes = Change(random, bytes);
        }

        return bytes;
    }

    private static byte[] Change(Random random, byte[] bytes)
    {
        int at = random.Next(bytes.Length);
        int end = random.Next(at, Math.Min(bytes.Length, at + 20));
        return random.Next(8) switch
        {
            0 => [.. bytes[..at], (byte)(bytes[at] ^ 1 << random.Next(8)), .. bytes[(at + 1)..]],
            1 => bytes[..at],
            2 => [.. bytes[..at], .. bytes[end..]],
            3 => [.. bytes[..end], .. bytes[at..]],
            4 => [.. bytes[..at], (byte)random.Next(256), .. bytes[at..]],
            5 => WithDigitChanged(random, bytes),
            _ => WithLine(random, bytes),
        };
    }

    /// <summary>Sizes, lengths and states are digits.</summary>
    private static byte[] WithDigitChanged(Random random, byte[] bytes)
    {
        int[] digits = [.. Enumerable.Range(0, Math.Min(bytes.Length, 300)).Where(i => char.IsAsciiHexDigit((char)bytes[i]))];
        byte[] changed = [.. bytes];
        if (digits.Length > 0)
        {
            changed[random.Pick(digits)] = (byte)random.Pick([.. "0123456789afg-"]);
        }

        return changed;
    }

    private static byte[] WithLine(Random random, byte[] bytes)
    {
        int[] lines = [.. Enumerable.Range(1, bytes.Length - 1).Where(i => bytes[i - 1] == '\n')];
        byte[] line = Encoding.ASCII.GetBytes(random.Pick(OddLines) + random.Pick(["\r\n", "\r\n", "\n", ""]));
        int at = lines.Length == 0 ? random.Next(bytes.Length) : random.Pick(lines);
        return [.. bytes[..at], .. line, .. bytes[at..]];
    }
}
