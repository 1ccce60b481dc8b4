namespace GracefulHttp.StressTests.Storm;

/// <summary>What a server does with a request.</summary>
internal enum Answer
{
    /// <summary>All at once, with its length.</summary>
    Prompt,

    /// <summary>In pieces, without a length.</summary>
    Chunked,

    /// <summary>204.</summary>
    NoContent,

    /// <summary>When its caller has left, at the latest in a moment.</summary>
    Late,

    /// <summary>A few bytes now and then.</summary>
    Drip,

    /// <summary>Until nobody takes it any more.</summary>
    Endless,

    /// <summary>Nothing, until the client ends it.</summary>
    Silent,

    /// <summary>To another place, when its caller has left, at the latest in a moment.</summary>
    Redirect,

    /// <summary>Hundreds of 1xx first.</summary>
    InterimStorm,

    /// <summary>Its end is the connection's.</summary>
    CloseDelimited,

    /// <summary>RST in the middle; over HTTP/2 RST_STREAM.</summary>
    Reset,

    /// <summary>Whole, then an end of the connection that was not announced.</summary>
    HalfClose,

    /// <summary>Less than its length says.</summary>
    Truncate,

    /// <summary>More than its length says.</summary>
    TooLong,

    /// <summary>A chunk whose size is none.</summary>
    WrongChunk,

    /// <summary>No HTTP at all.</summary>
    Garbage,

    /// <summary>An error, before the content of the request has been read.</summary>
    EarlyError,

    /// <summary>The connection ends instead.</summary>
    CloseBeforeAnswer,

    /// <summary>Whole, and GOAWAY. HTTP/2.</summary>
    GoAway,

    /// <summary>The connection ends under all of its streams. HTTP/2.</summary>
    Disconnect,
}
