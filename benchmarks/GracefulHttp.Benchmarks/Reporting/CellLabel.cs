using GracefulHttp.Benchmarks.Compare;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Reporting;

/// <summary>A cell in words.</summary>
internal static class CellLabel
{
    public static string Server(CompareSettings settings, Cell cell) => cell.Server?.Name() ?? settings.Target!.Authority;

    /// <summary>For a line among others: <c>https blind headers</c>.</summary>
    public static string Short(CompareSettings settings, Cell cell) => $"{cell.Protocol.Name()} {Server(settings, cell)} {cell.Phase.Name()}";

    /// <summary>For a heading.</summary>
    public static string Long(CompareSettings settings, Cell cell)
    {
        string server = cell.Server switch
        {
            ServerKind.Blind => "FIN-blind server",
            ServerKind.Kestrel => "Kestrel",
            _ => settings.Target!.Authority,
        };
        string phase = cell.Phase == RequestPhase.Headers ? "abandoned waiting for headers" : "abandoned reading the body";
        return $"{cell.Protocol.Name()} · {server} · {phase}";
    }
}
