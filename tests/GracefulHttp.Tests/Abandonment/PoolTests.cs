using System.Net;
using GracefulHttp.Abandonment;
using Microsoft.Extensions.Logging.Abstractions;

namespace GracefulHttp.Tests.Abandonment;

/// <summary>Whose connections a request to an origin is sent over, where their number is limited.</summary>
public sealed class PoolTests
{
    private const string Origin = "http://one.example/path";

    [Theory]
    [InlineData("http://proxy:8080/", Origin, "http://proxy:8080/")]
    [InlineData("https://proxy:8080/", Origin, "https://proxy:8080/")]
    [InlineData("http://proxy:8080/", "https://one.example/", "https://one.example/")] // A tunnel for each origin.
    [InlineData("socks5://proxy:8080/", Origin, Origin)] // The same.
    [InlineData(null, Origin, Origin)]
    public void PoolOf_Proxy_IsThatOfTheConnections(string? proxy, string uri, string pool)
    {
        using var sockets = new SocketsHttpHandler
        {
            MaxConnectionsPerServer = 2,
            Proxy = proxy is null ? new WebProxy() : new WebProxy(proxy),
        };

        Prepare(sockets).PoolOf(new Uri(uri)).ShouldBe(new Uri(pool));
    }

    [Fact]
    public void PoolOf_ProxyThrows_IsTheOrigin()
    {
        using var sockets = new SocketsHttpHandler { MaxConnectionsPerServer = 2, Proxy = new ThrowingProxy() };

        Prepare(sockets).PoolOf(new Uri(Origin)).ShouldBe(new Uri(Origin));
    }

    [Fact]
    public void PoolOf_AnyNumberOfConnections_DoesNotAskTheProxy()
    {
        using var sockets = new SocketsHttpHandler { Proxy = new WebProxy("http://proxy:8080/") };

        Prepare(sockets).PoolOf(new Uri(Origin)).ShouldBe(new Uri(Origin));
    }

    private static InnerHandler Prepare(SocketsHttpHandler sockets) => InnerHandler.Prepare(
        sockets, new ClientState(new GracefulHttpOptions(), NullLogger.Instance), NullLogger.Instance, meterFactory: null, TimeProvider.System);

    private sealed class ThrowingProxy : IWebProxy
    {
        public ICredentials? Credentials { get; set; }

        public Uri GetProxy(Uri destination) => throw new InvalidOperationException("No proxy today.");

        public bool IsBypassed(Uri host) => false;
    }
}
