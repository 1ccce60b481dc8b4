namespace GracefulHttp.StressTests.Storm;

/// <summary>How a caller reads the body.</summary>
internal enum Reading
{
    /// <summary>The client does, before it gives the response.</summary>
    Buffered,

    /// <summary>Reads with a token.</summary>
    Streamed,

    /// <summary>Reads without one.</summary>
    Direct,

    Copied,

    /// <summary>On the caller's thread.</summary>
    Blocking,
}
