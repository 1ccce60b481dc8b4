namespace GracefulHttp.Benchmarks.Servers;

/// <summary>A server that listens from its creation until it is disposed.</summary>
internal interface IEmbeddedServer : IAsyncDisposable
{
    int Port { get; }

    ServerTally Tally { get; }

    HeldAnswers Held { get; }
}
