namespace GracefulHttp.RealServers;

/// <summary>One port of a server, and how requests are held there.</summary>
/// <param name="Name">What it serves, and over what.</param>
/// <param name="Scheme">http or https.</param>
/// <param name="IsHttp2">Whether HTTP/2 is spoken.</param>
/// <param name="Port">Where it listens.</param>
internal sealed record Endpoint(string Name, string Scheme, bool IsHttp2, int Port)
{
    /// <summary>Where a server cannot be late by itself, its process: it is stopped while a request waits.</summary>
    public int? StoppedProcess { get; init; }

    /// <summary>How many calls of each kind a cell makes.</summary>
    public int Calls { get; init; } = 10;

    /// <summary>How many of them it can serve at the same time.</summary>
    public int AtOnce { get; init; } = 10;

    /// <summary>How the late answer is asked for.</summary>
    public string LateMethod { get; init; } = "GET";
}
