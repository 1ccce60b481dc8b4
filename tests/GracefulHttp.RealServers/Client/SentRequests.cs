using System.Diagnostics.Tracing;
using GracefulHttp.TestKit;

namespace GracefulHttp.RealServers.Client;

/// <summary>Tells when requests are out, by the runtime's own events: a server whose process is stopped cannot.</summary>
internal sealed class SentRequests : EventListener
{
    private readonly SemaphoreSlim _sent = new(0);

    /// <summary>Completes when so many more have been sent than were waited for until now.</summary>
    public async Task WaitForAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            await _sent.WaitAsync().WithinAsync();
        }
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "System.Net.Http")
        {
            EnableEvents(eventSource, EventLevel.Informational);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventName == "RequestHeadersStop")
        {
            // The base class's constructor may call before the field is there: nothing has been sent then.
            _sent?.Release();
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _sent.Dispose();
    }
}
