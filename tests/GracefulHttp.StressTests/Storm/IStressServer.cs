namespace GracefulHttp.StressTests.Storm;

internal interface IStressServer : IAsyncDisposable
{
    Uri BaseAddress { get; }

    /// <summary>Ends the connections, and serves again at the same address.</summary>
    Task RestartAsync();
}
