namespace GracefulHttp.Abandonment;

/// <summary>What is done first with an abandoned request. HTTP/1.1 ends with its connection, HTTP/2 with a stream of many.</summary>
internal enum Rung
{
    /// <summary>Nothing of it is out: it is cancelled, and the connection that was made for it may serve others.</summary>
    Unsend,

    /// <summary>Read on; refused or out of budget, close.</summary>
    Drain,

    /// <summary>Cancel, upon which the transport layer closes the connection.</summary>
    Close,

    /// <summary>Cancel, and end the connection without grace.</summary>
    Abort,

    /// <summary>Let the stream finish; refused or out of budget, reset it, or let it run while the reset budget is empty.</summary>
    DrainStream,

    /// <summary>Reset the stream while the reset budget lasts, else as <see cref="DrainStream"/>.</summary>
    CloseStream,

    /// <summary>
    /// Perhaps a stream, perhaps not sent yet: reset while the reset budget lasts, else let run until the drain timeout, without
    /// a drain. Resets without end would close the connection under everybody, which is worse than one request too many.
    /// </summary>
    ResetUnknown,

    /// <summary>Reset the stream, also while the reset budget is empty: let run it would upload.</summary>
    Reset,
}
