using GracefulHttp.Benchmarks.Reporting;

namespace GracefulHttp.Benchmarks.Chain;

/// <summary>The results of <c>chain</c>.</summary>
internal sealed record ChainJson(
    string Machine, DateTimeOffset Date, string Protocol, int Calls, double DrainTimeoutMs, double WorkMs, IReadOnlyList<ChainJsonRow> Rows)
{
    public static ChainJson Create(ChainSettings settings, MachineDescription machine, IReadOnlyList<ChainRow> rows) => new(
        machine.ToString(),
        machine.Date,
        settings.Protocol.Name(),
        settings.Calls,
        settings.DrainTimeout.TotalMilliseconds,
        settings.Work.TotalMilliseconds,
        [.. rows.SelectMany(ChainJsonRow.Create)]);
}
