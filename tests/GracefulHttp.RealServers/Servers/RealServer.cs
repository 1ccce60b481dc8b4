using System.Text.RegularExpressions;
using GracefulHttp.TestKit.Networks;
using GracefulHttp.TestKit.Peers;

namespace GracefulHttp.RealServers.Servers;

/// <summary>A server that others have written, on a host of its own. It is one process, so that to end it is to end all of it.</summary>
internal abstract partial class RealServer
{
    /// <summary>More than a client reads ahead, less than it drains: for servers that send files.</summary>
    protected const int FileSize = 512 * 1024;

    public static IReadOnlyList<RealServer> All { get; } =
        [new Nginx(), new Apache(), new HAProxy(), new Node(), new Python(), new OpenSsl(), new GoServer()];

    public abstract string Name { get; }

    /// <summary>What is installed, and how it tells its version.</summary>
    protected abstract (string Tool, string VersionArgument) Program { get; }

    /// <summary>Whether it has another server behind it.</summary>
    public virtual bool NeedsBackend => false;

    public bool IsAvailable(out string whyNot) => ToolProcess.IsAvailable(Program.Tool, out whyNot);

    /// <summary>Its name and version.</summary>
    public async Task<string> DescribeAsync()
    {
        await using var process = ToolProcess.Start(Program.Tool, Program.VersionArgument);
        string line = await process.WaitForLineAsync(line => VersionNumber().IsMatch(line));
        return $"{Name} {VersionNumber().Match(line).Value}";
    }

    /// <summary>Called on a thread of the server's host.</summary>
    /// <param name="files">A folder for its configuration, with a certificate in it.</param>
    /// <param name="backendPort">Where the server behind it listens on the loopback.</param>
    public abstract ToolProcess Start(CertificateFiles files, int backendPort);

    /// <param name="process">The running server.</param>
    public abstract IReadOnlyList<Endpoint> Endpoints(ToolProcess process);

    protected static string Address => TwoHosts.ServerAddress.ToString();

    /// <summary>A small source file beside this program.</summary>
    protected static string Source(string name) => Path.Combine(AppContext.BaseDirectory, "Servers", name);

    /// <summary>Documents, for servers that send files.</summary>
    /// <returns>Their folder.</returns>
    protected static string WriteDocuments(CertificateFiles files)
    {
        string folder = Directory.CreateDirectory(Path.Combine(files.Folder, "documents")).FullName;
        foreach (string target in new[] { Targets.Ok, Targets.Late, Targets.Half })
        {
            File.WriteAllBytes(folder + target, new byte[target == Targets.Half ? FileSize : 2]);
        }

        return folder;
    }

    /// <summary>One protocol per port.</summary>
    protected static IEnumerable<Endpoint> Protocols(string name, int firstPort, bool hasHttp2) =>
        new[]
        {
            new Endpoint($"{name}http", "http", false, firstPort),
            new Endpoint($"{name}https", "https", false, firstPort + 1),
            new Endpoint($"{name}https, HTTP/2", "https", true, firstPort + 2),
        }.Where(endpoint => hasHttp2 || !endpoint.IsHttp2);

    [GeneratedRegex(@"\d+(\.\d+)+")]
    private static partial Regex VersionNumber();
}
