namespace Appliance;

internal enum ClientMake
{
    /// <summary><see cref="HttpClient"/> as it is.</summary>
    Plain,

    /// <summary>With GracefulHttp as it comes.</summary>
    Drain,

    /// <summary>With GracefulHttp, where the server is told at once that nobody waits.</summary>
    Close,
}
