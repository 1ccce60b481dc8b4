using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace GracefulHttp.StressTests.Storm;

/// <summary>What a long run has shown, to be read by people.</summary>
internal sealed class StormReport(int seed, int rounds, RoundResult total, RoundResult peaceful, IReadOnlyList<HeapGrowth> heap)
{
    private const double Mebibyte = 1024 * 1024;

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            # stress, long run

            Random requests, left at random moments, on servers that misbehave; client and servers in one process, every tenth round
            with TLS. After each of the rounds nothing was draining or lingering, the sockets were as many as before it, no other descriptor
            was left (files apart), no exception was unobserved, no request was a ghost, and no body held a byte of another. Reproduce with

                GRACEFULHTTP_STRESS_SEED={seed} GRACEFULHTTP_STRESS_ABANDONED={total.Abandoned} GRACEFULHTTP_STRESS_RECORD=stress-long.md \
                dotnet run -c Release --project tests/GracefulHttp.StressTests -- -class "*.StormTests"

            {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, {TimeProvider.System.GetUtcNow():yyyy-MM-dd}

            | | |
            |---|---:|
            | rounds | {rounds} |
            | duration | {total.Duration:hh\:mm\:ss} |
            | requests | {total.Requests:N0} |
            | abandoned | {total.Abandoned:N0} ({total.Abandoned / total.Duration.TotalSeconds:N0}/s) |
            | failed for want of HTTP/2 streams, as with the plain client | {total.Refused:N0} |
            | TCP sockets at most, both ends | {total.Peaks.Sockets:N0} |
            | sockets in TIME_WAIT at most, beside these | {total.Peaks.TimeWait:N0} |
            | heap at most, garbage included | {total.Peaks.HeapBytes / Mebibyte:N0} MiB |
            | resident memory of the process at most (VmHWM), servers included | {ResidentPeak.Read() / Mebibyte:N0} MiB |
            """);
        foreach (HeapGrowth growth in heap)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| small objects left on the heap after the third {(growth.IsQuick ? "quick" : "thorough")} round, and after the last | {growth.WarmedUp / Mebibyte:N1} MiB, {growth.Last / Mebibyte:N1} MiB |");
        }

        AddTable(text, "Where the requests were when their callers left", Enum.GetValues<Phase>().Select(phase => KeyValuePair.Create(Name(phase), total.Left[(int)phase])));
        AddTable(text, "What became of them", total.RequestOutcomes.All);
        AddTable(text, "How connections ended", total.ConnectionOutcomes.All);
        AddTable(text, "How many of these ends are a reason for an RST", total.ResetReasons.All);
        text.AppendLine().AppendLine(total.AreResetsCounted
            ? $"""
            The client was seen to reset {total.ConnectionsResetByClient:N0} connections, {total.ResetReasons.Total:N0} had a reason, and in no round were there more of the
            former. That alone would hide an RST without a reason behind a reason without an RST: which connection sent which is not
            known. So in every third, peaceful round nobody aborted, lingers had room, and no server wrote for ever without notice of a FIN.
            In these {peaceful.Requests:N0} requests were sent and {peaceful.Abandoned:N0} abandoned; {peaceful.ConnectionOutcomes.Total:N0} connections ended ({peaceful.ConnectionOutcomes}),
            {peaceful.ResetReasons.Total:N0} of them with a reason; the client reset {peaceful.ConnectionsResetByClient:N0}.

            Not among the former are {total.ConnectionsResetAfterTheirEnd:N0} connections, {peaceful.ConnectionsResetAfterTheirEnd:N0} of them in peaceful rounds, that had ended: the server had reset
            them, or the client's FIN had acknowledged the server's. The kernel answers what comes later with RST, because there is no socket any more,
            and so it does where a port is used again and the server's TIME_WAIT answers the SYN.
            """
            : "Resets were not counted: that needs the right to open raw sockets.");
        return text.ToString();
    }

    private static string Name(Phase phase) => phase switch
    {
        Phase.NotSeen => "not seen by the server: queued, connecting, on its way",
        Phase.Uploading => "uploading",
        Phase.WaitingForHeaders => "waiting for headers",
        _ => "reading the body",
    };

    private static void AddTable(StringBuilder text, string title, IEnumerable<KeyValuePair<string, long>> rows)
    {
        text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"## {title}").AppendLine().AppendLine("| | |").AppendLine("|---|---:|");
        foreach ((string name, long count) in rows)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {count:N0} |");
        }
    }
}
