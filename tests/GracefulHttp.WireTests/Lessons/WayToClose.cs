namespace GracefulHttp.WireTests.Lessons;

/// <summary>What ends a connection of ours while its server goes on.</summary>
public enum WayToClose
{
    LeftBeforeTheHeaders,
    LeftInTheBody,
    LeftWhileSending,
    Disposed,
    DisposedUnderABlockedRead,
    DrainTimeout,
    DrainSize,
    DrainRefused,
}
