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
    public static string Long(CompareSettings settings, Cell cell) =>
        $"{cell.Protocol.Name()} · {ServerInWords(settings, cell)} · {PhaseInWords(cell.Phase)}";

    public static string ServerInWords(CompareSettings settings, Cell cell) => cell.Server switch
    {
        ServerKind.Blind => "FIN-blind server",
        ServerKind.Kestrel => "Kestrel",
        _ => settings.Target!.Authority,
    };

    public static string PhaseInWords(RequestPhase phase) => phase switch
    {
        RequestPhase.Headers => "abandoned waiting for headers",
        RequestPhase.Body => "abandoned reading the body",
        RequestPhase.Upload => "abandoned while uploading",
        _ => "closed while idle",
    };
}
