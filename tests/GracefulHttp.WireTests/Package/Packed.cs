namespace GracefulHttp.WireTests.Package;

/// <summary>Tests of the package. Builds keep every processor busy, so they run when the others are through.</summary>
[CollectionDefinition(nameof(Packed), DisableParallelization = true)]
public sealed class Packed : ICollectionFixture<PackedLibrary>;
