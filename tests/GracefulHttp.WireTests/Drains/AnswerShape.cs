namespace GracefulHttp.WireTests.Drains;

/// <summary>Answers that differ in how their end is told, all of which leave a connection that can serve again.</summary>
public enum AnswerShape
{
    ContentLength,
    EmptyBody,
    Chunked,
    ChunkedWithTrailers,

    /// <summary>All of the data has come; what is missing is the chunk that ends it.</summary>
    LastChunkMissing,

    /// <summary>The last chunk has come; what is missing are the trailers.</summary>
    TrailersMissing,
    Gzip,
    Brotli,
    Deflate,

    /// <summary>100 (Continue), and then the answer.</summary>
    ContinueFirst,

    /// <summary>103 (Early Hints), and then the answer.</summary>
    EarlyHintsFirst,

    /// <summary>The answer to HEAD tells the length that the answer to GET would have.</summary>
    Head,

    /// <summary>The same with a transfer coding of which nothing comes.</summary>
    HeadChunked,
    NoContent,
    NotModified,

    /// <summary>304 tells the length of what has not been modified (RFC 9110 §8.6).</summary>
    NotModifiedWithLength,

    /// <summary>Forbidden (RFC 9110 §8.6), and seen: 204 with a length.</summary>
    NoContentWithLength,
}
