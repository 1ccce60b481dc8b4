namespace GracefulHttp.Benchmarks.Chain;

/// <summary>How late each service learned that the caller had left.</summary>
/// <param name="Client">Who called with what.</param>
/// <param name="Services">By service, the first one first.</param>
internal sealed record ChainRow(ChainClient Client, IReadOnlyList<ChainDelay> Services)
{
    public static ChainRow Of(ChainClient client, IReadOnlyList<ChainCall> calls) =>
        new(client, [.. Enumerable.Range(0, ChainSettings.Services).Select(service => ChainDelay.Of(calls, service))]);
}
