namespace GracefulHttp.Abandonment;

/// <summary>How far a request has been sent, as far as it is known.</summary>
internal enum SendProgress
{
    /// <summary>Nothing of it has been seen: it waits in the pool's queue or for a connection; or it has no headers and goes over HTTP/2.</summary>
    NotSeen,

    /// <summary>Its headers are being serialised: over HTTP/2 it is on its way, over HTTP/1.1 about to be written.</summary>
    Serialized,

    /// <summary>A part of it has been written to an HTTP/1.1 connection.</summary>
    Sending,

    /// <summary>It has been written to an HTTP/1.1 connection to its last byte.</summary>
    Sent,
}
