using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace GracefulHttp.Benchmarks.Servers;

/// <summary>Starts the embedded servers, which share one certificate.</summary>
internal sealed class EmbeddedServers : IDisposable
{
    private readonly X509Certificate2 _certificate = SelfSignedCertificate.Create();

    /// <summary>Starts a server on <paramref name="port"/>, or on a free one for 0.</summary>
    /// <exception cref="NotSupportedException">The FIN-blind server was asked to speak HTTP/2.</exception>
    public async Task<IEmbeddedServer> StartAsync(ServerKind kind, WireProtocol protocol, IPAddress address, int port = 0) => kind switch
    {
        ServerKind.Kestrel => await KestrelServer.StartAsync(address, port, protocol, _certificate),
        _ when protocol == WireProtocol.H2 => throw new NotSupportedException("The FIN-blind server speaks HTTP/1.1 only."),
        _ => new FinBlindServer(address, port, protocol == WireProtocol.Https ? _certificate : null),
    };

    public void Dispose() => _certificate.Dispose();
}
