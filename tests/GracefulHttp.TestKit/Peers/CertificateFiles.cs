using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.TestKit.Peers;

/// <summary>A temporary folder with <see cref="TestCertificate"/> as PEM, for tools that want files.</summary>
public sealed class CertificateFiles : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("graceful-http-peer-");

    public CertificateFiles()
    {
        File.WriteAllText(Certificate, TestCertificate.Instance.ExportCertificatePem());
        File.WriteAllText(Key, TestCertificate.ExportKeyPem());
    }

    public string Folder => _folder.FullName;

    public string Certificate => Path.Combine(Folder, "certificate.pem");

    public string Key => Path.Combine(Folder, "key.pem");

    public void Dispose() => _folder.Delete(recursive: true);
}
