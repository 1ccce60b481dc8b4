namespace GracefulHttp.WireTests.Ghosts;

/// <summary>Where the credentials for a proxy come from.</summary>
public enum ProxyCredentials
{
    /// <summary><see cref="SocketsHttpHandler.Proxy"/>'s own.</summary>
    OfTheProxy,

    /// <summary><see cref="HttpClient.DefaultProxy"/>'s own, which stands in where the handler has none.</summary>
    OfTheDefaultProxy,

    /// <summary><see cref="SocketsHttpHandler.DefaultProxyCredentials"/>, for a proxy that has none.</summary>
    OfTheHandler,
}
