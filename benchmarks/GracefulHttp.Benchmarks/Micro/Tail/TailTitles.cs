namespace GracefulHttp.Benchmarks.Micro.Tail;

/// <summary>Clients in words.</summary>
internal static class TailTitles
{
    public static string Title(this TailClientKind client) => client switch
    {
        TailClientKind.None => "HttpClient, no retry",
        TailClientKind.Polly => "HttpClient, Polly time-out + retry",
        TailClientKind.Hedging => "HttpClient, Polly hedging",
        _ => "GracefulRetry",
    };
}
