namespace GracefulHttp.Benchmarks.Counting;

/// <summary>How the RSTs of a row were counted, best first.</summary>
internal enum CountingMethod
{
    /// <summary>Each segment seen on a raw socket: exact, by direction, this server's connections only.</summary>
    Segments,

    /// <summary>Each segment seen on a raw socket at the host where it arrives: exact, by direction, this server's connections only.</summary>
    BothEnds,

    /// <summary>The kernel's counter in a network namespace of one's own: exact, both directions together.</summary>
    KernelOwnNamespace,

    /// <summary>The kernel's counter of the machine: both directions, and whatever else the machine does.</summary>
    KernelWholeMachine,

    /// <summary>Not at all: this system has no such counter.</summary>
    None,
}
