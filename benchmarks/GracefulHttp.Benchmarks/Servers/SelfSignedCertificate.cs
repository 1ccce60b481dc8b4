using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace GracefulHttp.Benchmarks.Servers;

/// <summary>A certificate for loopback, made on the spot.</summary>
internal static class SelfSignedCertificate
{
    /// <remarks>
    /// ECDSA P-256: its handshake is the cheapest common one for the server. Both processes share the machine's cores, so a
    /// dearer one (RSA) would favour the strategies that save handshakes.
    /// </remarks>
    public static X509Certificate2 Create()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        // An ephemeral key cannot be used by SslStream on every platform; a re-import can.
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
