using System.Net;
using System.Text.Json;
using GracefulHttp.Benchmarks.Counting;
using GracefulHttp.Benchmarks.Peer;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Compare;

/// <summary>A server of <c>serve</c>, perhaps on another host, asked for its counts over a connection of its own.</summary>
internal sealed class ServedServer(CompareSettings settings, WireProtocol protocol) : IDisposable
{
    private readonly Uri _counts = new UriBuilder(settings.Target!) { Query = ServedCounts.Query }.Uri;
    private readonly ComparedClient _client = new(CompareStrategy.Abort, protocol, settings.ClientTimes);
    private ServedCounts? _before;

    /// <exception cref="PeerFailedException">It does not tell.</exception>
    public async Task<ServedCounts> ReadAsync()
    {
        try
        {
            using HttpResponseMessage response = await _client.Http.GetAsync(_counts);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                byte[] told = await response.Content.ReadAsByteArrayAsync();
                return JsonSerializer.Deserialize(told, ServedJsonContext.Default.ServedCounts)!;
            }
        }
        catch (JsonException)
        {
            // It answers, but it is another server.
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            throw new PeerFailedException($"{_counts} cannot be read: {e.Message}");
        }

        throw new PeerFailedException($"{_counts} does not tell what was counted. Is it 'serve' that answers there?");
    }

    /// <summary>Counts from zero, from now on.</summary>
    public async Task WatchAsync() => _before = await ReadAsync();

    /// <summary>What both ends counted since <see cref="WatchAsync"/>.</summary>
    /// <param name="here">What was counted on this host.</param>
    /// <param name="sight">What this host could see.</param>
    public async Task<(WireCounts Wire, ServerCounts Server)> ReadCountsAsync(WireCounts here, Sight sight)
    {
        ServedCounts there = (await ReadAsync()).Since(_before!);
        WireCounts both = sight == Sight.BothWays ? here : here with
        {
            ResetsFromClient = there.ResetsArrived,
            // Where nobody saw the client's arrive, what its own host sent stands for them, and not the server's as well.
            KernelResets = there.ResetsArrived is null ? here.KernelResets : here.KernelResets + there.KernelResets,
            ConnectionsOpened = there.Server.ConnectionsAccepted,
        };
        return (both, there.Server);
    }

    public void Dispose() => _client.Dispose();
}
