namespace GracefulHttp.WireTests.Connecting;

/// <summary>A folder that goes with the test. Its path is short: that of a Unix domain socket has room for about 100 bytes.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("gh").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
