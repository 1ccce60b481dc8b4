using GracefulHttp.Benchmarks.Compare;

namespace GracefulHttp.Benchmarks.Reporting;

/// <summary>The results for programs. Property names are a contract.</summary>
internal sealed record JsonReport(JsonEnvironment Environment, IReadOnlyList<JsonRow> Rows)
{
    public static JsonReport Create(CompareSettings settings, MachineDescription machine, IReadOnlyList<CompareRow> rows) => new(
        new JsonEnvironment(
            machine.ToString(),
            machine.Cpu,
            machine.Cores,
            machine.MemoryGib,
            machine.Os,
            machine.Kernel,
            machine.Runtime,
            machine.Date,
            settings.Workers,
            settings.Abandon,
            settings.Timeout.TotalMilliseconds,
            settings.SlowDelay.TotalMilliseconds,
            settings.MeasuredTime.TotalSeconds,
            settings.Rounds,
            settings.Rate,
            settings.Link.RoundTrip.TotalMilliseconds,
            settings.Link.BitsPerSecond,
            settings.Target?.OriginalString,
            settings.SlowUrl,
            rows.Count == 0 ? null : CountingCaption.For([.. rows])),
        [.. rows.Select(row => JsonRow.Create(settings, row))]);
}
