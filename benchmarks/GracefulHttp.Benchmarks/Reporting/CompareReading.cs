using System.Globalization;
using GracefulHttp.Benchmarks.Compare;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Reporting;

/// <summary>The table in a few plain sentences, each made from its numbers.</summary>
internal sealed class CompareReading(CompareSettings settings, IReadOnlyList<CompareRow> rows)
{
    public IEnumerable<string> Sentences()
    {
        List<string?> sentences = [];
        foreach (IGrouping<ServerKind?, CompareRow> server in rows.GroupBy(row => row.Cell.Server))
        {
            CompareRow[] http1 = [.. server.Where(row => row.Cell.Protocol != WireProtocol.H2)];
            sentences.Add(Resets("abandoned requests", server.Key, [.. http1.Where(row => row.Cell.Phase != RequestPhase.IdleClose)]));
            sentences.Add(Resets("connections closed while idle", server.Key, [.. http1.Where(row => row.Cell.Phase == RequestPhase.IdleClose)]));
        }

        sentences.Add(Throughput());
        sentences.Add(HeldStreams());
        sentences.Add(ServerWork());
        sentences.AddRange(Warnings());
        return sentences.OfType<string>();
    }

    private string ServerName(ServerKind? server) => server switch
    {
        ServerKind.Blind => "the FIN-blind server",
        ServerKind.Kestrel => "Kestrel",
        _ => settings.Target!.Authority,
    };

    private string? Resets(string what, ServerKind? server, IReadOnlyList<CompareRow> ofServer)
    {
        string[] parts = [.. from row in ofServer
                             where row is { ResetsPerThousand: not null }
                             group row.ResetsPerThousand!.Value by row.Strategy into strategy
                             let range = Range(strategy)
                             group strategy.Key.Name() by range into same
                             select $"{Join([.. same])} {same.Key}"];
        return parts.Length == 0 ? null : $"RSTs per 1,000 {what}, HTTP/1.1 against {ServerName(server)}: {string.Join("; ", parts)}.";
    }

    private static string Join(string[] names) => names.Length < 2 ? names[0] : $"{string.Join(", ", names[..^1])} and {names[^1]}";

    private static string Range(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        if (sorted[^1] == 0)
        {
            return "none";
        }

        string low = Whole(sorted[0]), high = Whole(sorted[^1]);
        return low == high ? low : $"{low} to {high}";
    }

    private string? Throughput()
    {
        Cell? cell = rows.Select(row => row.Cell).OrderBy(cell => cell.Protocol != WireProtocol.Https).FirstOrDefault();
        CompareRow? abort = rows.FirstOrDefault(row => row.Cell == cell && row.Strategy == CompareStrategy.Abort);
        CompareRow? drain = rows.FirstOrDefault(row => row.Cell == cell && row.Strategy == CompareStrategy.Drain);
        if (cell is null || abort is null or { OkPerSecond.Median: 0 } || drain is null)
        {
            return null;
        }

        string connections = drain.ConnectionsOpened is { } few && abort.ConnectionsOpened is { } many
            ? $", with {Whole(few)} new connections against {Whole(many)}"
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{CellLabel.Long(settings, cell)}: drain answered {drain.OkPerSecond.Median / abort.OkPerSecond.Median:0.0} times the useful requests of abort{connections}.");
    }

    /// <summary>HTTP/2's price of a drain, where it shows.</summary>
    private string? HeldStreams()
    {
        double abort = rows.Where(row => row is { Cell.Protocol: WireProtocol.H2, Strategy: CompareStrategy.Abort }).Sum(row => row.OkPerSecond.Median);
        double drain = rows.Where(row => row is { Cell.Protocol: WireProtocol.H2, Strategy: CompareStrategy.Drain }).Sum(row => row.OkPerSecond.Median);
        return drain == 0 || drain > 0.8 * abort ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"Over h2 drain answered {drain / abort:0.0} times the useful requests of abort: drained streams hold their places on the connection, and live requests queue behind them.");
    }

    private string? ServerWork()
    {
        CompareRow[] kestrel =
        [
            .. rows.Where(row => row.Cell is
            {
                Server: ServerKind.Kestrel, Protocol: not WireProtocol.H2, Phase: RequestPhase.Headers or RequestPhase.Body
            }),
        ];
        string[] parts = [.. from row in kestrel
                             where row.ServerCompletedAbandoned is not null
                             group row by row.Strategy into strategy
                             let abandoned = strategy.Sum(row => row.Abandoned)
                             where abandoned > 0
                             select string.Create(
                                 CultureInfo.InvariantCulture,
                                 $"{strategy.Sum(row => row.ServerCompletedAbandoned!.Value) / (double)abandoned:0 %} with {strategy.Key.Name()}")];
        return parts.Length == 0 ? null : $"Kestrel, which stops working when it sees a FIN, completed of the abandoned requests: {string.Join(", ", parts)}.";
    }

    private IEnumerable<string?> Warnings()
    {
        foreach (CompareRow row in rows)
        {
            if (row.Oracles.Disagreement() is { } disagreement)
            {
                yield return $"{Name(row)}: the oracles do not agree: {disagreement}.";
            }
        }

        CompareRow[] notApart = [.. rows.Where(row => !row.AreDirectionsKnown && row.ResetsSent > 0)];
        if (notApart.Length > 0)
        {
            yield return $"The client's RSTs could not be told from the server's, and are counted together: {string.Join(", ", notApart.Select(Name))}.";
        }

        CompareRow[] answeredWithResets = [.. rows.Where(row => row.IsAnsweredWithResets)];
        if (answeredWithResets.Length > 0)
        {
            string places = string.Join(", ", answeredWithResets.Select(Name));
            yield return $"RSTs came from the server, which a firewall may count as well: {places}.";
        }

        foreach (CompareRow row in rows.Where(row => row.Failed > 0))
        {
            yield return $"{Name(row)}: {Whole(row.Failed)} failed, the first with: {row.FirstFailure}";
        }

        foreach (CompareRow row in rows.Where(row => row.CountingProblem is not null))
        {
            yield return $"{Name(row)}: RSTs not counted: {row.CountingProblem}";
        }

        foreach (CompareRow row in rows.Where(row => !row.EndedInTime))
        {
            yield return $"{Name(row)}: something still drained, lingered or was worked on when it was counted.";
        }
    }

    private string Name(CompareRow row) => $"{CellLabel.Short(settings, row.Cell)} {row.Strategy.Name()}";

    private static string Whole(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
