namespace GracefulHttp.Benchmarks.Micro.Overhead;

/// <summary>Calls and handlers in words.</summary>
internal static class OverheadTitles
{
    public static string Title(this MeasuredCall call) => call switch
    {
        MeasuredCall.Get => "small GET, buffered, with a token",
        MeasuredCall.GetWithoutToken => "small GET, buffered, without a token",
        _ => "10 MiB, streamed, with a token",
    };

    public static string Title(this MeasuredHandler handler) => handler switch
    {
        MeasuredHandler.Bare => "SocketsHttpHandler",
        MeasuredHandler.BareAgain => "another one",
        MeasuredHandler.Transport => "UseGracefulClose",
        _ => "GracefulHttpHandler",
    };
}
