namespace GracefulHttp.Benchmarks.Servers;

/// <summary>How a server takes the FIN of a client that leaves.</summary>
internal enum ServerKind
{
    /// <summary>Does not look at the socket while it works and answers anyway: a blocking worker, many appliances.</summary>
    Blind,

    /// <summary>Takes the FIN as "abandoned" and stops working, as most modern servers do.</summary>
    Kestrel,
}
