using System.IO.Pipelines;

namespace GracefulHttp.Benchmarks.Servers;

/// <summary>A connection's transport whose input is looked through for RST_STREAM frames.</summary>
internal sealed class StreamResetCountingPipe(IDuplexPipe inner, ServerTally tally) : IDuplexPipe
{
    public PipeReader Input { get; } = new StreamResetCountingReader(inner.Input, tally);

    public PipeWriter Output => inner.Output;
}
