using System.Globalization;
using System.Text;

namespace GracefulHttp.RealServers;

/// <summary>The rows as a table: one line per endpoint and phase, one column per strategy.</summary>
internal static class MarkdownTable
{
    public static string Write(IReadOnlyList<Row> rows)
    {
        var text = new StringBuilder();
        text.AppendLine("| server | endpoint | phase | abandoned | `HttpClient` | `Drain` | `Close` |");
        text.AppendLine("|---|---|---|---:|---:|---:|---:|");
        foreach (IGrouping<(string, string, Phase), Row> line in rows.GroupBy(row => (row.Server, row.Endpoint, row.Phase)))
        {
            (string server, string endpoint, Phase phase) = line.Key;
            text.Append(CultureInfo.InvariantCulture, $"| {server} | {endpoint} | {Words(phase)} | {string.Join("/", line.Select(row => row.Abandoned).Distinct())} |");
            foreach (Row row in line.OrderBy(row => row.Strategy))
            {
                text.Append(CultureInfo.InvariantCulture, $" {row.ClientResets} · {row.ServerResets} · {row.Connections} |");
            }

            text.AppendLine();
        }

        text.Append("| **all** | | | |");
        foreach (Strategy strategy in Enum.GetValues<Strategy>())
        {
            Row[] all = [.. rows.Where(row => row.Strategy == strategy)];
            text.Append(CultureInfo.InvariantCulture, $" **{all.Sum(row => row.ClientResets)} · {all.Sum(row => row.ServerResets)} · {all.Sum(row => row.Connections)}** |");
        }

        return text.AppendLine().ToString();
    }

    private static string Words(Phase phase) => phase switch
    {
        Phase.Headers => "waiting for headers",
        Phase.Body => "reading the body",
        Phase.Upload => "uploading",
        _ => "idle-close",
    };
}
