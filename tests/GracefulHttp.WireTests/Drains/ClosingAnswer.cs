namespace GracefulHttp.WireTests.Drains;

/// <summary>Answers after which a connection cannot serve again, though all of them ends well.</summary>
public enum ClosingAnswer
{
    /// <summary>The body ends with the connection.</summary>
    CloseDelimited,
    ConnectionClose,
    ConnectionCloseChunked,

    /// <summary>HTTP/1.0 with a length, and no word of keeping the connection.</summary>
    Http10,
    Http10CloseDelimited,
}
