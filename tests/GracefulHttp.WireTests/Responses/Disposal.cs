namespace GracefulHttp.WireTests.Responses;

/// <summary>The ways in which a caller disposes what it holds.</summary>
public enum Disposal
{
    Response,
    Content,
    Stream,
    StreamAsync,
    StreamThenResponse,
    ResponseThenStream,
    Twice,

    /// <summary>Response and stream from several threads at once.</summary>
    Together,
}
