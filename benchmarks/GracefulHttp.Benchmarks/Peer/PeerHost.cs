using System.Net;
using System.Text.Json;
using GracefulHttp.Benchmarks.Relay;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Peer;

/// <summary>The other end of <see cref="PeerProcess"/>: does what each line of the input asks, until the input ends.</summary>
internal sealed class PeerHost : IAsyncDisposable
{
    public const string CommandName = "peer";

    private readonly EmbeddedServers _servers = new();
    private readonly Dictionary<int, OpenServer> _open = [];
    private readonly Dictionary<int, Watch> _watches = [];

    public async Task RunAsync(TextReader input, TextWriter output)
    {
        while (await input.ReadLineAsync() is { } line)
        {
            PeerReply reply = await ReplyAsync(JsonSerializer.Deserialize(line, PeerJsonContext.Default.PeerRequest)!);
            await output.WriteLineAsync(JsonSerializer.Serialize(reply, PeerJsonContext.Default.PeerReply));
            await output.FlushAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (int port in _watches.Keys.Union(_open.Keys).ToArray())
        {
            await CloseAsync(port);
        }

        _servers.Dispose();
    }

    private async Task<PeerReply> ReplyAsync(PeerRequest request)
    {
        try
        {
            return request.Command switch
            {
                PeerCommand.Open => await OpenAsync(request),
                PeerCommand.Watch => await WatchAsync(request),
                PeerCommand.Server => new PeerReply(Server: _open[request.Port].Read()),
                PeerCommand.Release => Release(request.Port),
                PeerCommand.Counts => await _watches[request.Port].ReadAsync(),
                PeerCommand.Close => await CloseAsync(request.Port),
                _ => new PeerReply(Error: $"Unknown command {request.Command}."),
            };
        }
        catch (Exception e)
        {
            // Whatever went wrong is the measuring process's to report: it has the user.
            return new PeerReply(Error: e.Message);
        }
    }

    private async Task<PeerReply> OpenAsync(PeerRequest request)
    {
        var link = new LinkSettings(TimeSpan.FromMilliseconds(request.RoundTripMs), request.BitsPerSecond);
        var server = new OpenServer(await _servers.StartAsync(request.Server, request.Protocol, IPAddress.Loopback), link);
        _open[server.Port] = server;
        return new PeerReply(Port: server.Port);
    }

    private async Task<PeerReply> WatchAsync(PeerRequest request)
    {
        if (_watches.Remove(request.Port, out Watch? previous))
        {
            await previous.DisposeAsync();
        }

        var watch = new Watch(request.Port, _open.GetValueOrDefault(request.Port), request.Sight, TimeSpan.FromMilliseconds(request.MeasuredMs));
        _watches[request.Port] = watch;
        return new PeerReply(Method: watch.Method);
    }

    private PeerReply Release(int port)
    {
        _open[port].Held.Release();
        return new PeerReply();
    }

    private async Task<PeerReply> CloseAsync(int port)
    {
        if (_watches.Remove(port, out Watch? watch))
        {
            await watch.DisposeAsync();
        }

        if (_open.Remove(port, out OpenServer? server))
        {
            await server.DisposeAsync();
        }

        return new PeerReply();
    }
}
