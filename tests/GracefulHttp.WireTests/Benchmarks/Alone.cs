namespace GracefulHttp.WireTests.Benchmarks;

/// <summary>Tests that keep every processor busy, and run when the others are through.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
