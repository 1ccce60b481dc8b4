namespace GracefulHttp.Benchmarks.Compare;

/// <summary>
/// Sends what a slow call asks a second time to where an answer is quick: a server that is slow now and then, for which retries are
/// made. Below the handler that retries.
/// </summary>
internal sealed class QuickRetries(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private static readonly HttpRequestOptionsKey<SlowCall> Key = new("slow call");

    /// <summary>Every attempt of the call has what the message has.</summary>
    public static SlowCall Follow(HttpRequestMessage message, Uri quick)
    {
        var call = new SlowCall(quick);
        message.Options.Set(Key, call);
        return call;
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Options.TryGetValue(Key, out SlowCall? call) && call.Begin() > 1)
        {
            request.RequestUri = call.Quick;
        }

        return base.SendAsync(request, cancellationToken);
    }

    /// <param name="quick">Where it is answered at once.</param>
    internal sealed class SlowCall(Uri quick)
    {
        private int _attempts;

        public Uri Quick => quick;

        public int Attempts => Volatile.Read(ref _attempts);

        public int Begin() => Interlocked.Increment(ref _attempts);
    }
}
