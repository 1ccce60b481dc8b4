using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Compare;

/// <summary>Where the requests of a row go, and how to tell a right answer.</summary>
/// <param name="Fast">The URL of a useful request.</param>
/// <param name="Slow">The URL of a request that is abandoned.</param>
/// <param name="Phase">Where it is then.</param>
/// <param name="ExpectedBody">The body of a useful answer; null for a user's server, whose answers only need a status of 200.</param>
internal sealed record RowTarget(Uri Fast, Uri Slow, RequestPhase Phase, ReadOnlyMemory<byte>? ExpectedBody)
{
    /// <summary>A request to abandon, with what <paramref name="client"/> gives only to requests that it makes itself.</summary>
    public HttpRequestMessage SlowRequest(HttpClient client) => new(Phase == RequestPhase.Upload ? HttpMethod.Post : HttpMethod.Get, Slow)
    {
        Version = client.DefaultRequestVersion,
        VersionPolicy = client.DefaultVersionPolicy,
        Content = Phase == RequestPhase.Upload ? new HalfUpload() : null,
    };

    public static RowTarget Embedded(int port, Cell cell, TimeSpan slowDelay)
    {
        string scheme = cell.Protocol == WireProtocol.Http ? "http" : "https";
        var root = new Uri(FormattableString.Invariant($"{scheme}://127.0.0.1:{port}/"));
        return new RowTarget(root, WithQuery(root, AnswerScript.Query(slowDelay, cell.Phase.Name())), cell.Phase, AnswerBody.Fast);
    }

    public static RowTarget Users(Uri target, string? slowUrl, Cell cell, TimeSpan slowDelay)
    {
        Uri slow = slowUrl is null
            ? WithQuery(target, AnswerScript.Query(slowDelay, cell.Phase.Name()))
            : new Uri(target, slowUrl
                .Replace("{ms}", FormattableString.Invariant($"{(long)slowDelay.TotalMilliseconds}"), StringComparison.Ordinal)
                .Replace("{phase}", cell.Phase.Name(), StringComparison.Ordinal));
        return new RowTarget(target, slow, cell.Phase, ExpectedBody: null);
    }

    private static Uri WithQuery(Uri url, string query) =>
        new UriBuilder(url) { Query = url.Query.Length > 1 ? $"{url.Query[1..]}&{query}" : query }.Uri;
}
