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

    /// <summary>What both ends counted since <see cref="WatchAsync"/>, and how.</summary>
    /// <param name="here">What was counted on this host.</param>
    /// <param name="method">How.</param>
    /// <param name="sight">What this host could see.</param>
    public async Task<(CountingMethod Method, WireCounts Wire, ServerCounts Server)> ReadCountsAsync(WireCounts here, CountingMethod method, Sight sight)
    {
        ServedCounts there = (await ReadAsync()).Since(_before!);
        if (sight == Sight.BothWays)
        {
            return (method, here, there.Server);
        }

        WireCounts both = here with
        {
            ResetsFromClient = there.ResetsArrived,
            // Where nobody saw the client's arrive, what its own host sent stands for them, and not the server's as well.
            KernelResets = there.ResetsArrived is null ? here.KernelResets : here.KernelResets + there.KernelResets,
            ConnectionsOpened = there.Server.ConnectionsAccepted,
        };
        return (Method(method, isSeenThere: there.ResetsArrived is not null), both, there.Server);
    }

    /// <summary>How two hosts have counted together: each only if somebody may look there.</summary>
    private static CountingMethod Method(CountingMethod here, bool isSeenThere) => (here, isSeenThere) switch
    {
        (CountingMethod.BothEnds, false) => CountingMethod.ClientsHost,
        (not CountingMethod.BothEnds, true) => CountingMethod.ServersHost,
        _ => here,
    };

    public void Dispose() => _client.Dispose();
}
