namespace GracefulHttp.StressTests.Storm;

/// <summary>Where a request was when its caller left, as the test sees it.</summary>
internal enum Phase
{
    /// <summary>The server had not seen it: queued, connecting, or on its way.</summary>
    NotSeen,

    Uploading,
    WaitingForHeaders,
    ReadingBody,
}
