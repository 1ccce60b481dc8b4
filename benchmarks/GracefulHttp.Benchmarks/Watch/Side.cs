namespace GracefulHttp.Benchmarks.Watch;

/// <summary>Who of the two.</summary>
internal enum Side
{
    /// <summary>Who sent the SYN.</summary>
    Client,

    /// <summary>Whom it was sent to.</summary>
    Server,
}
