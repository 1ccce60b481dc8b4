namespace GracefulHttp.Benchmarks.Micro;

/// <summary>The settings of <see cref="SocketsHttpHandler"/> that everything measured shares.</summary>
internal static class MeasuredSockets
{
    public static SocketsHttpHandler Create() => new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        // The embedded servers' certificate is made on the spot.
#pragma warning disable CA5359 // Nothing secret is sent.
        SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
#pragma warning restore CA5359
    };
}
