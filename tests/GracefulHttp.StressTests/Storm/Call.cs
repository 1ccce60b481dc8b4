namespace GracefulHttp.StressTests.Storm;

/// <summary>How a caller sends.</summary>
internal enum Call
{
    Get,
    Head,

    /// <summary>A content whose length is known.</summary>
    Post,

    /// <summary>A content whose length is not known, written in pieces.</summary>
    PostStream,

    /// <summary>On the caller's thread. HTTP/1.1.</summary>
    Sync,

    /// <summary>Left, and the same message sent again.</summary>
    Twice,
}
