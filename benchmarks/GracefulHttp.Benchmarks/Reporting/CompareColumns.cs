using System.Globalization;
using GracefulHttp.Benchmarks.Compare;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Reporting;

/// <summary>The columns of the table of <c>compare</c>.</summary>
internal static class CompareColumns
{
    private const string Unknown = "?";

    public static TableColumn Strategy { get; } = new("", "strategy", row => row.Strategy.Name());

    private static IReadOnlyList<TableColumn> Wire { get; } =
    [
        new("useful", "req/s", row => Whole(row.OkPerSecond.Median)),
        new("", "±", row => row.Rounds.Count > 1 ? Share(row.OkPerSecond.Relative) : "–"),
        new("aban-", "doned", row => Whole(row.Abandoned)),
        new("client", "RSTs", row => Whole(row.ResetsSent), row => Tone(row.ResetsSent, zeroIsGood: true)),
        new("per", "1,000", row => Whole(row.ResetsPerThousand), row => Tone(row.ResetsSent, zeroIsGood: true)),
        new("server", "RSTs", row => row.AreDirectionsKnown ? Whole(row.ResetsFromServer) : NotApart(row)),
        new("conns", "opened", row => Whole(row.ConnectionsOpened)),
        new("TIME_", "WAIT", row => Whole(row.TimeWait)),
        new("server", "did", row => Whole(row.ServerCompletedAbandoned)),
    ];

    private static TableColumn StreamResets { get; } = new("stream", "resets", row => Whole(row.StreamResets));

    /// <summary>What goes over the wire, with what is only there if HTTP/2 is spoken.</summary>
    public static IEnumerable<TableColumn> OnTheWire(IEnumerable<CompareRow> rows) =>
        rows.Any(row => row.Cell.Protocol == WireProtocol.H2) ? Wire.Append(StreamResets) : Wire;

    /// <summary>What callers and the machine feel.</summary>
    public static IReadOnlyList<TableColumn> Cost { get; } =
    [
        new("", "failed", row => Whole(row.Failed), row => Tone(row.Failed, zeroIsGood: false)),
        new("p50", "ms", row => Milliseconds(row.OkP50Ms)),
        new("p99", "ms", row => Milliseconds(row.OkP99Ms)),
        new("cancel", "p99 ms", row => Milliseconds(row.CancelP99Ms)),
        new("CPU µs", "/useful", row => Whole(row.CpuMicrosecondsPerOk)),
    ];

    /// <summary>What the columns mean, for under the table.</summary>
    public const string Legend =
        "useful req/s: quick requests answered right, the median of the rounds. ±: half of the distance between the worst and the best "
        + "round. client RSTs: what a firewall counts against the client. per 1,000: those per 1,000 abandoned requests. conns opened: "
        + "connections begun while measuring. TIME_WAIT: client ports left waiting, with those of the pool, which is closed after each "
        + "round. server did: abandoned requests that the server completed all the same. stream resets: RST_STREAM of HTTP/2. p50, p99: of "
        + "the useful requests, those that failed among them. cancel p99: from the cancellation to the exception in the caller's hands. CPU: of the client process, "
        + "background work included. Counts are of all rounds together, times are medians of the rounds. ?: not known. in it: not known "
        + "apart, and counted as the client's.";

    public static string Milliseconds(double? value) => value switch
    {
        null => "–",
        >= 100 => value.Value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 10 => value.Value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.00", CultureInfo.InvariantCulture),
    };

    private static string Whole(double? value) => value is { } known ? known.ToString("#,0", CultureInfo.InvariantCulture) : Unknown;

    private static string Share(double? value) => value is { } known ? known.ToString("0%", CultureInfo.InvariantCulture) : "–";

    private static string NotApart(CompareRow row) => row.ResetsSent is null ? Unknown : "in it";

    private static TableTone Tone(long? count, bool zeroIsGood) => count switch
    {
        > 0 => TableTone.Bad,
        0 when zeroIsGood => TableTone.Good,
        _ => TableTone.Plain,
    };
}
