namespace GracefulHttp.Abandonment;

/// <summary>Where a request was when its caller left. The names in snake_case are the log value and the metric tag.</summary>
internal enum AbandonPhase
{
    /// <summary>In the pool's queue, or while its connection was being made.</summary>
    NotSent,

    /// <summary>Its content was not known to be sent in full.</summary>
    Sending,

    /// <summary>Sent, or not known not to be.</summary>
    WaitingForHeaders,

    /// <summary>After its response headers, before the end of its body.</summary>
    ReadingBody,
}
