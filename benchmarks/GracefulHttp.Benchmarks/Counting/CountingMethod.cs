namespace GracefulHttp.Benchmarks.Counting;

/// <summary>How the RSTs of a row were counted, best first.</summary>
internal enum CountingMethod
{
    /// <summary>Each segment seen on a raw socket: exact, by direction, this server's connections only.</summary>
    Segments,

    /// <summary>Each segment seen on a raw socket at the host where it arrives: exact, by direction, this server's connections only.</summary>
    BothEnds,

    /// <summary>The client's where they arrive, at the server's host: exact; nobody may look for the server's here.</summary>
    ServersHost,

    /// <summary>The server's where they arrive, here: exact; the client's by the kernel's counter of its host, and whatever else that host does.</summary>
    ClientsHost,

    /// <summary>The kernel's counter of the client's host, and whatever else that host does; the server's are not in it, and not known.</summary>
    KernelClientsHost,

    /// <summary>The kernel's counter in a network namespace of one's own: exact, both directions together.</summary>
    KernelOwnNamespace,

    /// <summary>The kernel's counter of the machine: both directions, and whatever else the machine does.</summary>
    KernelWholeMachine,

    /// <summary>Not at all: this system has no such counter.</summary>
    None,
}
