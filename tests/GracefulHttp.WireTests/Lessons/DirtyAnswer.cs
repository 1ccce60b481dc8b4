namespace GracefulHttp.WireTests.Lessons;

/// <summary>Answers after which nobody knows what the next byte of the connection would mean.</summary>
public enum DirtyAnswer
{
    /// <summary>The connection ends before the body does.</summary>
    TruncatedLength,
    TruncatedChunk,
    TruncatedHeaders,
    MalformedStatusLine,
    MalformedChunkSize,

    /// <summary>A chunk is longer than it said.</summary>
    MalformedChunkEnd,

    /// <summary>Behind the body stands a whole answer that nobody has asked for.</summary>
    SurplusAnswer,
    SurplusAnswerAfterChunks,

    /// <summary>304 has no body, and this one has.</summary>
    BodyOfNotModified,

    /// <summary>Two lengths that contradict each other (RFC 9112 §6.3).</summary>
    TwoLengths,
}
