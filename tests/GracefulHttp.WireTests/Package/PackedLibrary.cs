using System.IO.Compression;
using System.Xml.Linq;
using GracefulHttp.WireTests.Connecting;

namespace GracefulHttp.WireTests.Package;

/// <summary>
/// The library as <c>dotnet pack</c> gives it, twice: from two clones of one commit, in folders of different names. The commit is of
/// the sources as they are on disk, so that a test sees what is being worked on.
/// </summary>
public sealed class PackedLibrary : IDisposable
{
    /// <summary>A host that SourceLink knows. Nothing is ever asked of it.</summary>
    public const string Remote = "https://github.com/example/graceful-http";

    /// <summary>Of no package that anybody has published: no source but ours has it.</summary>
    public const string Version = "0.0.0-packed";

    private readonly TemporaryFolder _folder = new();
    private Task? _packing;

    /// <summary>Where the packages are: a source of packages of its own.</summary>
    public string Feed => Path.Combine(_folder.Path, "feed");

    /// <summary>Where those of the other clone are.</summary>
    public string OtherFeed => Path.Combine(_folder.Path, "other feed");

    public string Commit { get; private set; } = "";

    public static string PackageIn(string feed) => Path.Combine(feed, $"GracefulHttp.{Version}.nupkg");

    public static string SymbolsIn(string feed) => Path.ChangeExtension(PackageIn(feed), "snupkg");

    public static byte[] Read(string package, string entry)
    {
        using ZipArchive zip = ZipFile.OpenRead(package);
        using Stream content = zip.GetEntry(entry).ShouldNotBeNull($"{entry} of {package}").Open();
        using var copy = new MemoryStream();
        content.CopyTo(copy);
        return copy.ToArray();
    }

    /// <summary>Packs, unless another test has.</summary>
    public Task PackAsync() => _packing ??= PackTwiceAsync();

    /// <summary>What is said about the package, by element.</summary>
    public ILookup<string, XElement> Metadata()
    {
        using var nuspec = new MemoryStream(Read(PackageIn(Feed), "GracefulHttp.nuspec"));
        return XDocument.Load(nuspec).Descendants().ToLookup(element => element.Name.LocalName);
    }

    public void Dispose() => _folder.Dispose();

    private async Task PackTwiceAsync()
    {
        string sources = Path.Combine(_folder.Path, "sources");
        string clone = Path.Combine(_folder.Path, "a", "clone");
        CopySources(sources);
        await Shell.RunAsync(sources, "git", "init", "--quiet");
        await Shell.RunAsync(sources, "git", "add", "--all");
        await Shell.RunAsync(sources, "git", "-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false", "commit", "--quiet", "-m", "test");
        await Shell.RunAsync(_folder.Path, "git", "clone", "--quiet", sources, clone);
        await Shell.RunAsync(sources, "git", "remote", "add", "origin", Remote);
        await Shell.RunAsync(clone, "git", "remote", "set-url", "origin", Remote);
        Commit = (await Shell.RunAsync(sources, "git", "rev-parse", "HEAD")).Trim();
        await PackAsync(sources, Feed);
        await PackAsync(clone, OtherFeed);
    }

    private static Task<string> PackAsync(string folder, string feed) =>
        Shell.RunAsync(folder, "dotnet", "pack", "src/GracefulHttp", "-c", "Release", $"-p:Version={Version}", "-o", feed);

    /// <summary>The library, and the files at the root that it is built with.</summary>
    private static void CopySources(string target)
    {
        string root = Repository.Root;
        string library = Path.Combine(root, "src", "GracefulHttp");
        IEnumerable<string> built = Directory.EnumerateFiles(library, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetRelativePath(library, file).Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj"));

        // In a worktree .git is a file.
        foreach (string file in Directory.EnumerateFiles(root).Where(file => Path.GetFileName(file) != ".git").Concat(built))
        {
            string copy = Path.Combine(target, Path.GetRelativePath(root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
