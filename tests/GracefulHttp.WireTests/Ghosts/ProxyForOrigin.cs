using System.Net;

namespace GracefulHttp.WireTests.Ghosts;

/// <summary>A proxy for <c>origin.example</c> alone, so that it can be everybody's for the time of a test.</summary>
internal sealed class ProxyForOrigin(Uri address) : IWebProxy
{
    public ICredentials? Credentials { get; set; }

    /// <summary>Gives back <see cref="HttpClient.DefaultProxy"/> when it is disposed.</summary>
    public static IDisposable RestoreDefault() => new Restored(HttpClient.DefaultProxy);

    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : address;

    public bool IsBypassed(Uri host) => host.Host != "origin.example";

    private sealed class Restored(IWebProxy proxy) : IDisposable
    {
        public void Dispose() => HttpClient.DefaultProxy = proxy;
    }
}
