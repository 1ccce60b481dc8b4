namespace GracefulHttp.Abandonment;

/// <summary>Who has a body, between its response headers and its end.</summary>
internal enum BodyState
{
    /// <summary>No operation.</summary>
    Idle,

    /// <summary>A read straight into the caller's buffer.</summary>
    Direct,

    /// <summary>The same on the caller's thread.</summary>
    Blocking,

    /// <summary>A read into our buffer, before its caller can be told of it.</summary>
    Starting,

    /// <summary>A read into our buffer, which waits: the one state in which it can be detached.</summary>
    Waiting,

    /// <summary>A read into our buffer that has ended, and whose bytes are being handed over.</summary>
    Held,

    /// <summary>Nobody reads: what was read is being written to the destination of a copy, which has our buffer until then.</summary>
    Writing,

    /// <summary>The caller has left in the middle of an operation; whoever ends that ends the rest.</summary>
    BusyAndLeft,

    /// <summary>Left before its caller has read it to its end: over, or a background job's.</summary>
    Gone,

    /// <summary>Left after its caller has read it to its end.</summary>
    Ended,
}
