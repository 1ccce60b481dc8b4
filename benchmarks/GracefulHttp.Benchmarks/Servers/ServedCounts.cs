namespace GracefulHttp.Benchmarks.Servers;

/// <summary>What <c>serve</c> tells a <c>run</c> on another host, by <c>?counts</c>.</summary>
/// <param name="Server">What the server has seen.</param>
/// <param name="ResetsArrived">RSTs from clients, seen one by one; null where nobody may look.</param>
/// <param name="KernelResets">RSTs that this host sent, the server's and whatever else's; null where nobody counts.</param>
internal sealed record ServedCounts(ServerCounts Server, long? ResetsArrived, long? KernelResets)
{
    /// <summary>The query of the request that asks for them.</summary>
    public const string Query = "counts";

    /// <summary>What was added since <paramref name="before"/>.</summary>
    public ServedCounts Since(ServedCounts before) =>
        new(Server.Since(before.Server), ResetsArrived - before.ResetsArrived, KernelResets - before.KernelResets);
}
