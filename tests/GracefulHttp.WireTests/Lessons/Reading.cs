namespace GracefulHttp.WireTests.Lessons;

/// <summary>How a body is being read when it is disposed.</summary>
public enum Reading
{
    WithToken,
    WithoutToken,

    /// <summary>By a thread that waits.</summary>
    Blocking,
    Copying,
}
