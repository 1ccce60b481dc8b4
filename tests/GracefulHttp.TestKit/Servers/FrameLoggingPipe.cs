using System.IO.Pipelines;

namespace GracefulHttp.TestKit.Servers;

/// <summary>A connection's transport whose input is looked through for frames.</summary>
internal sealed class FrameLoggingPipe(IDuplexPipe inner, Http2FrameLog log) : IDuplexPipe
{
    public PipeReader Input { get; } = new FrameLoggingReader(inner.Input, log);

    public PipeWriter Output => inner.Output;
}
