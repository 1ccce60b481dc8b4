namespace Service;

/// <summary>Asks the backend, and gives up after the timeout of its client.</summary>
internal sealed class PriceClient(HttpClient client)
{
    /// <summary>The price, or null where it came too late.</summary>
    public async Task<string?> FindAsync(string article, CancellationToken caller)
    {
        try
        {
            return await client.GetStringAsync(Uri.EscapeDataString(article), caller);
        }
        catch (TaskCanceledException e) when (e.InnerException is TimeoutException)
        {
            return null;
        }
    }
}
