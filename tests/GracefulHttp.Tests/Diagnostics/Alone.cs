namespace GracefulHttp.Tests.Diagnostics;

/// <summary>Tests that need the process for themselves: who listens to an activity source listens for everybody.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
