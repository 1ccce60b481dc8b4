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

    /// <summary>Reset the stream, if there is one, also while the reset budget is empty: let run it would upload, or be sent yet.</summary>
    Reset,
}
