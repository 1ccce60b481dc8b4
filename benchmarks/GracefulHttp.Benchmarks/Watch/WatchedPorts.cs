using System.Globalization;

namespace GracefulHttp.Benchmarks.Watch;

/// <summary>Whose connections are watched: those of a server on one of these ports, or all.</summary>
/// <param name="ranges">First and last port of each; none for all.</param>
internal sealed class WatchedPorts(IReadOnlyList<(int First, int Last)> ranges)
{
    public static WatchedPorts All { get; } = new([]);

    public bool IsAll => ranges.Count == 0;

    public bool Contains(int port) => ranges.Any(range => port >= range.First && port <= range.Last);

    public override string ToString() => IsAll ? "all ports" : $"port {string.Join(", ", ranges.Select(Text))}";

    /// <summary>Reads <c>8080</c> or <c>8000-8099</c>.</summary>
    public static bool TryParse(string text, out (int First, int Last) range)
    {
        string[] ends = text.Split('-');
        range = default;
        if (ends.Length > 2 || !TryParsePort(ends[0], out int first) || !TryParsePort(ends[^1], out int last) || first > last)
        {
            return false;
        }

        range = (first, last);
        return true;
    }

    private static bool TryParsePort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= 65535;

    private static string Text((int First, int Last) range) =>
        range.First == range.Last ? $"{range.First}" : $"{range.First}-{range.Last}";
}
