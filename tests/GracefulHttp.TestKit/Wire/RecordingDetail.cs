namespace GracefulHttp.TestKit.Wire;

/// <summary>What a <see cref="SegmentRecorder"/> asks the kernel for, and what it keeps.</summary>
public enum RecordingDetail
{
    /// <summary>Segments with SYN, FIN or RST; each is kept.</summary>
    Edges,

    /// <summary>Every segment, pure ACKs and data too; each is kept. For short traces.</summary>
    EverySegment,

    /// <summary>Segments with SYN, FIN or RST are counted and not kept, so that a long run needs no memory.</summary>
    CountersOnly,
}
