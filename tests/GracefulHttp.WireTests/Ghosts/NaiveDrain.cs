using System.Collections.Concurrent;
using GracefulHttp.TestKit;

namespace GracefulHttp.WireTests.Ghosts;

/// <summary>
/// The opposite: a drain as one writes it in a minute. The caller leaves, and the request goes on as if it had not: it is sent
/// when its turn comes, follows redirects, authenticates, keeps cookies, and is sent again.
/// </summary>
internal sealed class NaiveDrain(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private readonly ConcurrentBag<Task> _requests = [];

    /// <summary>Completes when every request has ended, with or without its caller.</summary>
    public Task EndedAsync() => Task.WhenAll(_requests).WithinAsync();

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Task<HttpResponseMessage> following = FollowAsync(base.SendAsync(request, CancellationToken.None));
        _requests.Add(following);
        return following.WaitAsync(cancellationToken);
    }

    /// <summary>Nobody looks at the failure of a request that was left.</summary>
    private static async Task<HttpResponseMessage> FollowAsync(Task<HttpResponseMessage> sending)
    {
        await Task.WhenAny(sending);
        return sending.IsFaulted ? new HttpResponseMessage { ReasonPhrase = sending.Exception.Message } : await sending;
    }
}
