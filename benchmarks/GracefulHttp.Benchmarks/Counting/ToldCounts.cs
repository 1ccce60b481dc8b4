using System.Text.Json;
using GracefulHttp.Benchmarks.Servers;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.Benchmarks.Counting;

/// <summary>Counts at a server of <c>serve</c> and has the server tell it, to a <c>run</c> on another host.</summary>
internal sealed class ToldCounts : IAsyncDisposable
{
    private readonly SegmentRecorder? _recorder;

    public ToldCounts(IEmbeddedServer server)
    {
        _recorder = SegmentRecorder.IsAvailable(out _) ? SegmentRecorder.Start(RecordingDetail.CountersOnly, server.Port) : null;
        server.Tally.Report = () => JsonSerializer.SerializeToUtf8Bytes(Read(server), ServedJsonContext.Default.ServedCounts);
    }

    public ValueTask DisposeAsync() => _recorder?.DisposeAsync() ?? ValueTask.CompletedTask;

    private ServedCounts Read(IEmbeddedServer server) => new(
        server.Tally.Read(),
        // Segments that did not fit into the recorder's buffer would make the count too low, which is worse than none.
        _recorder is { Lost: 0 } ? _recorder.ResetsFromClient : null,
        KernelTcpCounters.IsAvailable ? KernelTcpCounters.Read().ResetsSent : null);
}
