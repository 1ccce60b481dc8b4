namespace GracefulHttp.Benchmarks.Counting;

/// <summary>What a raw TCP socket here sees of the connections to a server: only what comes in.</summary>
internal enum Sight
{
    /// <summary>What both ends send, because both are here.</summary>
    BothWays,

    /// <summary>What the server sends; the server's host tells the other direction.</summary>
    Incoming,

    /// <summary>Not enough to count by.</summary>
    None,
}
