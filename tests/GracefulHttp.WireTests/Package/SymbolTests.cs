using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Text.Json;

namespace GracefulHttp.WireTests.Package;

/// <summary>What a debugger finds in the symbols, and what a build leaves in them.</summary>
[Collection(nameof(Packed))]
public sealed class SymbolTests(PackedLibrary library)
{
    private const string Assembly = "lib/net10.0/GracefulHttp.dll";
    private const string Pdb = "lib/net10.0/GracefulHttp.pdb";
    private static readonly Guid SourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");
    private static readonly Guid EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    [Fact]
    public async Task Symbols_OfThePackage_BelongToItsAssembly()
    {
        await library.PackAsync();
        using var assembly = new PEReader(new MemoryStream(PackedLibrary.Read(PackedLibrary.PackageIn(library.Feed), Assembly)));
        using MetadataReaderProvider symbols = ReadSymbols();

        DebugDirectoryEntry entry = assembly.ReadDebugDirectory().Single(e => e.Type == DebugDirectoryEntryType.CodeView);
        assembly.ReadDebugDirectory().ShouldContain(e => e.Type == DebugDirectoryEntryType.Reproducible);
        assembly.ReadCodeViewDebugDirectoryData(entry).Guid.ShouldBe(new BlobContentId(symbols.GetMetadataReader().DebugMetadataHeader!.Id).Guid);
    }

    [Fact]
    public async Task Symbols_Sources_AreNamedByTheRepositoryAndContained()
    {
        await library.PackAsync();
        using MetadataReaderProvider symbols = ReadSymbols();
        MetadataReader reader = symbols.GetMetadataReader();

        reader.Documents.Count.ShouldBePositive();
        foreach (DocumentHandle handle in reader.Documents)
        {
            string name = reader.GetString(reader.GetDocument(handle).Name);
            name.ShouldStartWith("/_/src/GracefulHttp/");
            Of(reader, handle, EmbeddedSource).ShouldHaveSingleItem(name);
        }
    }

    [Fact]
    public async Task Symbols_SourceLink_LeadsToTheCommitAtTheRemote()
    {
        await library.PackAsync();
        using MetadataReaderProvider symbols = ReadSymbols();
        MetadataReader reader = symbols.GetMetadataReader();

        string json = Encoding.UTF8.GetString(Of(reader, EntityHandle.ModuleDefinition, SourceLink).ShouldHaveSingleItem());

        using JsonDocument map = JsonDocument.Parse(json);
        map.RootElement.GetProperty("documents").GetProperty("/_/*").GetString()
            .ShouldBe($"https://raw.githubusercontent.com/example/graceful-http/{library.Commit}/*");
    }

    [Fact]
    public async Task Build_OfTheSameCommitInAnotherFolder_GivesTheSameBytes()
    {
        await library.PackAsync();

        foreach ((Func<string, string> package, string entry) in new (Func<string, string>, string)[]
            { (PackedLibrary.PackageIn, Assembly), (PackedLibrary.PackageIn, "lib/net10.0/GracefulHttp.xml"), (PackedLibrary.SymbolsIn, Pdb) })
        {
            PackedLibrary.Read(package(library.Feed), entry).AsSpan()
                .SequenceEqual(PackedLibrary.Read(package(library.OtherFeed), entry)).ShouldBeTrue(entry);
        }
    }

    private static IEnumerable<byte[]> Of(MetadataReader reader, EntityHandle of, Guid kind) => reader.GetCustomDebugInformation(of)
        .Select(reader.GetCustomDebugInformation)
        .Where(information => reader.GetGuid(information.Kind) == kind)
        .Select(information => reader.GetBlobBytes(information.Value));

    private MetadataReaderProvider ReadSymbols() =>
        MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(PackedLibrary.Read(PackedLibrary.SymbolsIn(library.Feed), Pdb)));
}
