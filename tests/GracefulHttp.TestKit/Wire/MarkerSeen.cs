namespace GracefulHttp.TestKit.Wire;

/// <summary>What a recorder has seen of one marker connection.</summary>
internal sealed class MarkerSeen
{
    private bool _fromClient;
    private bool _fromServer;

    public TaskCompletionSource BothFins { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool Fin(bool fromClient)
    {
        _fromClient |= fromClient;
        _fromServer |= !fromClient;
        return _fromClient && _fromServer && BothFins.TrySetResult();
    }
}
