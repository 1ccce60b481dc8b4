namespace GracefulHttp.StressTests.Storm;

/// <summary>How a caller leaves.</summary>
internal enum Parting
{
    /// <summary>Its token fires.</summary>
    Cancel,

    /// <summary>It disposes the response.</summary>
    Dispose,

    /// <summary>It disposes the response and the stream, with a read pending.</summary>
    DisposeTwice,

    /// <summary>It disposes the response in one thread while its token fires in another, with a read pending.</summary>
    DisposeAndCancel,
}
