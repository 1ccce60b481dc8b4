using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace GracefulHttp.WireTests.Package;

/// <summary>What <c>dotnet pack</c> gives.</summary>
[Collection(nameof(Packed))]
public sealed partial class PackageTests(PackedLibrary library)
{
    private string Package => PackedLibrary.PackageIn(library.Feed);

    [Fact]
    public async Task Package_Contents_AreTheLibraryItsDocumentationReadmeAndIcon()
    {
        await library.PackAsync();

        Contents(Package).ShouldBe(["GracefulHttp.nuspec", "README.md", "icon.png", "lib/net10.0/GracefulHttp.dll", "lib/net10.0/GracefulHttp.xml"]);
        Contents(PackedLibrary.SymbolsIn(library.Feed)).ShouldBe(["GracefulHttp.nuspec", "lib/net10.0/GracefulHttp.pdb"]);
    }

    [Fact]
    public async Task Package_Metadata_SaysWhatItIsAndWhereItIsFrom()
    {
        await library.PackAsync();
        ILookup<string, XElement> metadata = library.Metadata();

        string Text(string element) => metadata[element].Single().Value;
        Text("id").ShouldBe("GracefulHttp");
        Text("license").ShouldBe("MIT");
        metadata["license"].Single().Attribute("type")!.Value.ShouldBe("expression");
        Text("icon").ShouldBe("icon.png");
        Text("readme").ShouldBe("README.md");
        Text("authors").ShouldNotBeEmpty();
        Text("description").ShouldContain("HttpClient");
        Text("tags").Split(' ').ShouldContain("httpclient");
        XElement repository = metadata["repository"].Single();
        repository.Attribute("url")!.Value.ShouldStartWith(PackedLibrary.Remote);
        repository.Attribute("commit")!.Value.ShouldBe(library.Commit);
    }

    [Fact]
    public async Task Package_ReleaseNotes_AreTheTopmostSectionOfTheChangelog()
    {
        await library.PackAsync();
        string[] sections = (await File.ReadAllTextAsync(Path.Combine(Repository.Root, "CHANGELOG.md"))).Split("\n## ");

        string notes = library.Metadata()["releaseNotes"].Single().Value;

        notes.ShouldBe(sections[1][sections[1].IndexOf('\n', StringComparison.Ordinal)..].Trim());
        notes.ShouldContain("GracefulHttpHandler");
    }

    [Fact]
    public async Task Package_Dependencies_AreThoseOfTheProjectAndNoOther()
    {
        await library.PackAsync();
        IEnumerable<string> References(string file, string element) =>
            XDocument.Load(Path.Combine(Repository.Root, file)).Descendants(element).Select(e => e.Attribute("Include")!.Value);
        Dictionary<string, string> versions = XDocument.Load(Path.Combine(Repository.Root, "Directory.Packages.props"))
            .Descendants("PackageVersion").ToDictionary(e => e.Attribute("Include")!.Value, e => e.Attribute("Version")!.Value);

        library.Metadata()["dependency"].Select(d => (d.Attribute("id")!.Value, d.Attribute("version")!.Value))
            .ShouldBe(References("src/GracefulHttp/GracefulHttp.csproj", "PackageReference").Select(id => (id, versions[id])), ignoreOrder: true);

        // Of hosting, what ends with the host is enough.
        library.Metadata()["dependency"].ShouldNotContain(d => d.Attribute("id")!.Value == "Microsoft.Extensions.Hosting");
    }

    [Fact]
    public async Task Package_Readme_HasNoLinkThatLeadsNowhereOutsideOfTheRepository()
    {
        await library.PackAsync();
        string original = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md"));

        string packed = Encoding.UTF8.GetString(PackedLibrary.Read(Package, "README.md"));

        RelativeLinks().Count(original).ShouldBePositive();
        RelativeLinks().Count(packed).ShouldBe(0);
        packed.ReplaceLineEndings("\n").Trim().ShouldBe(RelativeLinks().Replace(original, "${text}").Trim());
    }

    [Fact]
    public async Task Package_Icon_HasTheSizeThatGalleriesAskFor()
    {
        const int Signature = 8 + sizeof(int);
        await library.PackAsync();

        ReadOnlySpan<byte> png = PackedLibrary.Read(Package, "icon.png");

        png[Signature..(Signature + 4)].SequenceEqual("IHDR"u8).ShouldBeTrue();
        BinaryPrimitives.ReadInt32BigEndian(png[(Signature + 4)..]).ShouldBe(128);
        BinaryPrimitives.ReadInt32BigEndian(png[(Signature + 8)..]).ShouldBe(128);
    }

    [Fact]
    public async Task Package_Documentation_TellsOfEveryPublicType()
    {
        await library.PackAsync();
        using var xml = new MemoryStream(PackedLibrary.Read(Package, "lib/net10.0/GracefulHttp.xml"));
        HashSet<string> documented = [.. XDocument.Load(xml).Descendants("member").Select(member => member.Attribute("name")!.Value)];

        typeof(GracefulHttpHandler).Assembly.GetExportedTypes().ShouldAllBe(type => documented.Contains($"T:{type.FullName}"));
    }

    [Fact]
    public async Task Solution_Packed_GivesTheLibraryAlone()
    {
        await library.PackAsync();
        string folder = Path.Combine(library.Feed, "of the solution");

        // What the tests run on has been built.
        await Shell.RunAsync(Repository.Root, "dotnet", "pack", "-c", Repository.Configuration, "--no-build", "-o", folder);

        Directory.GetFiles(folder).Select(file => Path.GetFileName(file).Split('.')[0]).Distinct().ShouldBe(["GracefulHttp"]);
    }

    private static IEnumerable<string> Contents(string package)
    {
        using ZipArchive zip = ZipFile.OpenRead(package);

        // The rest is what makes any zip a package.
        return [.. zip.Entries.Select(entry => entry.FullName).Where(name => !PartOfEveryPackage().IsMatch(name)).Order(StringComparer.Ordinal)];
    }

    [GeneratedRegex(@"^(_rels/|package/|\[Content_Types\])")]
    private static partial Regex PartOfEveryPackage();

    [GeneratedRegex(@"!?\[(?<text>[^\]]+)\]\((?!https?:)[^)]*\)", RegexOptions.ExplicitCapture)]
    private static partial Regex RelativeLinks();
}
