namespace GracefulHttp.Benchmarks.Compare;

/// <summary>Where a request is when it is abandoned.</summary>
internal enum RequestPhase
{
    /// <summary>Waiting for the headers.</summary>
    Headers,

    /// <summary>Reading the body: its first half has arrived.</summary>
    Body,
}
