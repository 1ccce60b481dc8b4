using GracefulHttp.Benchmarks.Compare;

namespace GracefulHttp.Benchmarks.Micro.Cancel;

/// <summary>Phases in words.</summary>
internal static class CancelTitles
{
    public static string Title(this RequestPhase phase) =>
        phase == RequestPhase.Headers ? "waiting for the headers" : "reading the body";
}
