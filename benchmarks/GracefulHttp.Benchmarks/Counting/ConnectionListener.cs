using System.Diagnostics.Tracing;

namespace GracefulHttp.Benchmarks.Counting;

/// <summary>Counts the connections this process begins, by the runtime's own events: nothing is added to the measured handler.</summary>
/// <remarks>For a server of the user's where the segments cannot be seen: there nobody else could tell.</remarks>
internal sealed class ConnectionListener : EventListener
{
    private const string SocketEvents = "System.Net.Sockets";
    private long _begun;

    public long Begun => Interlocked.Read(ref _begun);

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == SocketEvents)
        {
            EnableEvents(eventSource, EventLevel.Informational);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventName == "ConnectStart")
        {
            Interlocked.Increment(ref _begun);
        }
    }
}
