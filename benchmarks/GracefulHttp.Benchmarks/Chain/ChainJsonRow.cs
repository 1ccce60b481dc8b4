namespace GracefulHttp.Benchmarks.Chain;

/// <summary>One service of one row.</summary>
/// <param name="Client">Who called with what.</param>
/// <param name="Service">Its place in the chain, from 1.</param>
/// <param name="Told">The calls of which it learned that the caller had left.</param>
/// <param name="LeastMs">How late, the 5th percentile; null if it never did.</param>
/// <param name="MedianMs">The 50th.</param>
/// <param name="MostMs">The 95th.</param>
internal sealed record ChainJsonRow(string Client, int Service, int Told, double? LeastMs, double? MedianMs, double? MostMs)
{
    public static IEnumerable<ChainJsonRow> Create(ChainRow row) => row.Services.Select((delay, service) => new ChainJsonRow(
        row.Client.Name(), service + 1, delay.Told, delay.Milliseconds?.Low, delay.Milliseconds?.Median, delay.Milliseconds?.High));
}
