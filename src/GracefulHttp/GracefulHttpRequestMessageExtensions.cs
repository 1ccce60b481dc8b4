namespace GracefulHttp;

/// <summary>Says for one request what becomes of it when its caller leaves.</summary>
public static class GracefulHttpRequestMessageExtensions
{
    /// <summary>The request option, for generated clients (Refit, Kiota) that set options and not messages.</summary>
    /// <value>It comes before <see cref="GracefulHttpOptions.StrategySelector"/> and <see cref="GracefulHttpOptions.Strategy"/>.</value>
    public static HttpRequestOptionsKey<AbandonStrategy> AbandonStrategyKey { get; } = new("GracefulHttp.AbandonStrategy");

    /// <summary>Sets the rung on which this request starts when it is abandoned.</summary>
    /// <returns><paramref name="request"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="request"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="strategy"/> is not one of the three.</exception>
    public static HttpRequestMessage SetAbandonStrategy(this HttpRequestMessage request, AbandonStrategy strategy)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!Enum.IsDefined(strategy))
        {
            throw new ArgumentOutOfRangeException(nameof(strategy), strategy, "It must be Drain, Close or Abort.");
        }

        request.Options.Set(AbandonStrategyKey, strategy);
        return request;
    }
}
