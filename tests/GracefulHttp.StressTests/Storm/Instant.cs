namespace GracefulHttp.StressTests.Storm;

/// <summary>When a caller leaves.</summary>
internal enum Instant
{
    Never,

    /// <summary>When the send has returned its task.</summary>
    AtOnce,

    /// <summary>From another thread, within microseconds.</summary>
    Soon,

    /// <summary>After some milliseconds.</summary>
    Later,

    /// <summary>When the server has read the headers of the request.</summary>
    Seen,

    /// <summary>In the middle of its content.</summary>
    MidUpload,

    /// <summary>When a part of the body has been read.</summary>
    MidBody,
}
