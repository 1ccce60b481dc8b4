using System.Diagnostics;
using System.Text.Json;
using GracefulHttp.Benchmarks.Counting;
using GracefulHttp.Benchmarks.Relay;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Peer;

/// <summary>
/// The process beside the measured one: it has the servers and the segment counting, so that the measured process is a client
/// and nothing else. Spoken to in lines of JSON over its standard input and output.
/// </summary>
internal sealed class PeerProcess : IAsyncDisposable
{
    private static readonly TimeSpan ReplyTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ExitTimeout = TimeSpan.FromSeconds(5);

    private readonly Process _process;

    private PeerProcess(Process process) => _process = process;

    public static PeerProcess Start()
    {
        IReadOnlyList<string> line = SelfCommand.Line;
        Process process = Process.Start(new ProcessStartInfo(line[0], [.. line.Skip(1), PeerHost.CommandName])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        }) ?? throw new InvalidOperationException("The server process did not start.");
        return new PeerProcess(process);
    }

    public async Task<int> OpenAsync(ServerKind server, WireProtocol protocol, LinkSettings? link = null) =>
        (await AskAsync(new PeerRequest(
            PeerCommand.Open,
            Server: server,
            Protocol: protocol,
            RoundTripMs: link?.RoundTrip.TotalMilliseconds ?? 0,
            BitsPerSecond: link?.BitsPerSecond))).Port!.Value;

    public async Task<CountingMethod> WatchAsync(int port, Sight sight, TimeSpan measuredTime) =>
        (await AskAsync(new PeerRequest(
            PeerCommand.Watch, port, Sight: sight, MeasuredMs: measuredTime.TotalMilliseconds))).Method!.Value;

    public async Task<ServerCounts> ReadServerAsync(int port) => (await AskAsync(new PeerRequest(PeerCommand.Server, port))).Server!;

    /// <summary>Answers the requests that the server holds.</summary>
    public Task ReleaseAsync(int port) => AskAsync(new PeerRequest(PeerCommand.Release, port));

    public async Task<(WireCounts Wire, ServerCounts? Server, IReadOnlyList<SocketSample> Samples)> ReadCountsAsync(int port)
    {
        PeerReply reply = await AskAsync(new PeerRequest(PeerCommand.Counts, port));
        return (reply.Wire!, reply.Server, reply.Samples ?? []);
    }

    public Task CloseAsync(int port) => AskAsync(new PeerRequest(PeerCommand.Close, port));

    /// <summary>Ends the process: closing its standard input is all it takes, and that also happens if this process dies.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already.
        }

        using var timeout = new CancellationTokenSource(ExitTimeout, TimeProvider.System);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private async Task<PeerReply> AskAsync(PeerRequest request)
    {
        string? line;
        try
        {
            await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(request, PeerJsonContext.Default.PeerRequest));
            await _process.StandardInput.FlushAsync();
            line = await _process.StandardOutput.ReadLineAsync().WaitAsync(ReplyTimeout, TimeProvider.System);
        }
        catch (IOException)
        {
            line = null;
        }
        catch (TimeoutException)
        {
            throw new PeerFailedException($"the server process did not answer within {ReplyTimeout.TotalSeconds:0} s.");
        }

        PeerReply reply = line is null
            ? throw new PeerFailedException("the server process has ended.")
            : JsonSerializer.Deserialize(line, PeerJsonContext.Default.PeerReply)!;
        return reply.Error is null
            ? reply
            : throw new PeerFailedException($"the server process failed to {request.Command.Name()}: {reply.Error}");
    }
}
