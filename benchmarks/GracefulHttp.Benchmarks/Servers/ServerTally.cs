namespace GracefulHttp.Benchmarks.Servers;

/// <summary>Counts of one server, written by its connections.</summary>
/// <param name="seesResets">Whether the server tells when a client has reset its connection.</param>
internal sealed class ServerTally(bool seesResets)
{
    private long _connectionsAccepted;
    private long _slowInProgress;
    private long _slowCompleted;
    private long _streamResets;
    private long _connectionsReset;

    /// <summary>What to answer who asks for the counts over HTTP; null where nobody may.</summary>
    public Func<byte[]>? Report { get; set; }

    public void ConnectionAccepted() => Interlocked.Increment(ref _connectionsAccepted);

    public void SlowStarted() => Interlocked.Increment(ref _slowInProgress);

    public void SlowEnded(bool completed)
    {
        // Completed before in-progress: who sees nothing in progress must see every completion.
        if (completed)
        {
            Interlocked.Increment(ref _slowCompleted);
        }

        Interlocked.Decrement(ref _slowInProgress);
    }

    public void StreamReset() => Interlocked.Increment(ref _streamResets);

    public void ConnectionReset() => Interlocked.Increment(ref _connectionsReset);

    public ServerCounts Read()
    {
        long inProgress = Interlocked.Read(ref _slowInProgress);
        return new ServerCounts(
            Interlocked.Read(ref _connectionsAccepted),
            inProgress,
            Interlocked.Read(ref _slowCompleted),
            Interlocked.Read(ref _streamResets),
            seesResets ? Interlocked.Read(ref _connectionsReset) : null);
    }
}
