namespace GracefulHttp.Benchmarks.Watch;

/// <summary>How a connection ended, or how far it got.</summary>
/// <param name="IsOpen">Whether it has not ended: nobody reset it, and at most one side sent a FIN.</param>
/// <param name="IsRefused">Whether its SYN was answered with an RST.</param>
/// <param name="FinOrder">Who sent a FIN first.</param>
/// <param name="ResetBy">Who sent an RST first; null for nobody.</param>
internal readonly record struct ConnectionEnding(bool IsOpen, bool IsRefused, FinOrder FinOrder, Side? ResetBy)
{
    public static ConnectionEnding Of(WatchedConnection connection) =>
        new(!connection.IsEnded, connection.IsRefused, connection.FinOrder, connection.ResetBy);
}
