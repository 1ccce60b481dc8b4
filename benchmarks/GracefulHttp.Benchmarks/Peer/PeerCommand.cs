namespace GracefulHttp.Benchmarks.Peer;

/// <summary>What the peer can be asked for.</summary>
internal enum PeerCommand
{
    /// <summary>Start a server on a free port.</summary>
    Open,

    /// <summary>Count from zero, from now on, on a port.</summary>
    Watch,

    /// <summary>What the server says about itself, at once.</summary>
    Server,

    /// <summary>Answer the requests that are held on a port.</summary>
    Release,

    /// <summary>The counts since <see cref="Watch"/>, settled.</summary>
    Counts,

    /// <summary>Stop counting on a port, and stop its server.</summary>
    Close,
}
